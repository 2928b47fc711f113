//! From tokens to the tree. A block inside a block is an entry on a list, not a call of a function,
//! so that no file can use up the stack.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use super::directive::{Argument, Body, Directive};
use super::error::{ConfError, Kind, Shown};
use super::include::{File, Load, is_pattern, resolve};
use super::place::{Lines, Position};
use super::word::{Fault, Token, Tokens};
use super::{MAX_DEPTH, MAX_FILES, MAX_LEN, lua};

/// Reads a file and what it includes.
pub(crate) struct Reader<'l> {
    load: &'l mut Load<'l>,
    folder: String,
    /// The files that are being read, each included by the one before it.
    open: Vec<Arc<str>>,
    /// How many blocks and includes are open.
    depth: usize,
    files: usize,
    len: usize,
    /// The includes that gave nothing to read.
    pub(crate) unread: Vec<ConfError>,
    /// The files that were read, by name.
    pub(crate) texts: BTreeMap<Arc<str>, Box<[u8]>>,
}

/// A block whose `}` is still to come, and the directives in front of it.
struct Block {
    head: Head,
    siblings: Vec<Directive>,
}

/// A directive up to its `;` or `{`.
struct Head {
    name: Argument,
    arguments: Vec<Argument>,
    /// Where its `;` or `{` ends.
    end: usize,
}

impl Head {
    fn shown(&self) -> Shown {
        Shown::new(&self.name.value())
    }
}

enum Statement {
    Simple(Head),
    Block(Head),
    /// A `}`, and where it ends.
    Close(Position, usize),
    End,
}

impl<'l> Reader<'l> {
    pub(crate) fn new(folder: &str, load: &'l mut Load<'l>) -> Reader<'l> {
        Reader {
            load,
            folder: folder.to_owned(),
            open: Vec::new(),
            depth: 0,
            files: 0,
            len: 0,
            unread: Vec::new(),
            texts: BTreeMap::new(),
        }
    }

    /// All directives of a file.
    pub(crate) fn read(
        &mut self,
        file: &Arc<str>,
        text: &[u8],
    ) -> Result<Vec<Directive>, ConfError> {
        self.texts.entry(Arc::clone(file)).or_insert_with(|| text.into());
        let mut source = Source { file, tokens: Tokens::new(text), lines: Lines::new(text) };
        let mut blocks: Vec<Block> = Vec::new();
        let mut directives = Vec::new();
        loop {
            match source.statement()? {
                Statement::Simple(head) => directives.push(self.simple(file, head)?),
                Statement::Block(head) if lua::is_lua_block(&head.name.value()) => {
                    let (body, end) = source.lua(&head)?;
                    directives.push(directive(file, head, body, end));
                }
                Statement::Block(head) => {
                    self.deeper(file, head.name.start)?;
                    blocks.push(Block { head, siblings: mem::take(&mut directives) });
                }
                Statement::Close(position, end) => {
                    let Some(Block { head, siblings }) = blocks.pop() else {
                        return Err(ConfError::new(file, position, Kind::NothingOpen));
                    };
                    let block = mem::replace(&mut directives, siblings);
                    directives.push(directive(file, head, Body::Block(block), end));
                    self.depth -= 1;
                }
                Statement::End => {
                    let Some(Block { head, .. }) = blocks.pop() else { return Ok(directives) };
                    let kind = Kind::EndOfBlock(head.shown());
                    return Err(ConfError::new(file, head.name.start, kind));
                }
            }
        }
    }

    fn deeper(&mut self, file: &Arc<str>, position: Position) -> Result<(), ConfError> {
        self.depth += 1;
        match self.depth > MAX_DEPTH {
            true => Err(ConfError::new(file, position, Kind::TooDeep)),
            false => Ok(()),
        }
    }

    fn simple(&mut self, file: &Arc<str>, head: Head) -> Result<Directive, ConfError> {
        if &*head.name.value() != b"include" {
            return Ok(simple(file, head, Body::Simple));
        }
        let [argument] = &head.arguments[..] else {
            let kind = Kind::IncludeArguments(head.arguments.len());
            self.unread.push(ConfError::new(file, head.name.start, kind));
            return Ok(simple(file, head, Body::Simple));
        };
        let pattern = resolve(&self.folder, &argument.text());
        let body = match (self.load)(&pattern) {
            Ok(files) if !files.is_empty() || is_pattern(&pattern) => {
                Body::Included(self.included(file, argument.start, files)?)
            }
            missing => {
                let why = missing.err().unwrap_or_else(|| "there is no such file".into());
                let kind = Kind::Unread { pattern: Shown::new(pattern.as_bytes()), why };
                self.unread.push(ConfError::new(file, argument.start, kind));
                Body::Simple
            }
        };
        Ok(simple(file, head, body))
    }

    /// The directives of these files, which are included at this place.
    fn included(
        &mut self,
        by: &Arc<str>,
        position: Position,
        files: Vec<File>,
    ) -> Result<Vec<Directive>, ConfError> {
        let error = |kind| Err(ConfError::new(by, position, kind));
        let mut directives = Vec::new();
        self.deeper(by, position)?;
        self.open.push(Arc::clone(by));
        for File { name, text } in files {
            self.files += 1;
            self.len = self.len.saturating_add(text.len());
            if self.files > MAX_FILES || self.len > MAX_LEN {
                return error(Kind::TooMuch);
            }
            if self.open.iter().any(|open| **open == *name) {
                return error(Kind::Cycle(Shown::new(name.as_bytes())));
            }
            directives.append(&mut self.read(&name.into(), &text)?);
        }
        self.open.pop();
        self.depth -= 1;
        Ok(directives)
    }
}

/// A directive without a block, which ends where its head does.
fn simple(file: &Arc<str>, head: Head, body: Body) -> Directive {
    let end = head.end;
    directive(file, head, body, end)
}

fn directive(file: &Arc<str>, head: Head, body: Body, end: usize) -> Directive {
    let Head { name, arguments, end: head_end } = head;
    let head = name.at..head_end;
    Directive { file: Arc::clone(file), name, arguments, body, head, end }
}

/// A file as it is being read.
struct Source<'a> {
    file: &'a Arc<str>,
    tokens: Tokens<'a>,
    lines: Lines<'a>,
}

impl Source<'_> {
    fn error(&mut self, at: usize, kind: Kind) -> ConfError {
        ConfError::new(self.file, self.lines.position(at), kind)
    }

    fn statement(&mut self) -> Result<Statement, ConfError> {
        let mut words: Vec<Argument> = Vec::new();
        loop {
            let next = self.tokens.next();
            let (at, token) = next.map_err(|fault| self.fault(fault))?;
            if let Token::Word(word) = token {
                let start = self.lines.position(at);
                words.push(Argument::new(word, start, at));
                continue;
            }
            let end = at + 1;
            let head =
                (!words.is_empty()).then(|| Head { name: words.remove(0), arguments: words, end });
            return match (token, head) {
                (Token::Semicolon, Some(head)) => Ok(Statement::Simple(head)),
                (Token::Open, Some(head)) => Ok(Statement::Block(head)),
                (Token::Close, None) => Ok(Statement::Close(self.lines.position(at), end)),
                (Token::Close, Some(head)) => Err(self.error(at, no_semicolon(&head))),
                (Token::Semicolon, None) => Err(self.error(at, Kind::NoName(Shown::new(b";")))),
                (Token::Open, None) => Err(self.error(at, Kind::NoName(Shown::new(b"{")))),
                (_, None) => Ok(Statement::End),
                (_, Some(head)) => {
                    let kind = Kind::EndOfDirective(head.shown());
                    Err(ConfError::new(self.file, head.name.start, kind))
                }
            };
        }
    }

    fn fault(&mut self, fault: Fault) -> ConfError {
        match fault {
            Fault::OpenQuote(at) => self.error(at, Kind::OpenQuote),
            Fault::BehindQuote(at) => {
                let found = Shown::new(self.tokens.rest().get(..1).unwrap_or_default());
                self.error(at, Kind::BehindQuote(found))
            }
        }
    }

    /// The Lua between a `{` that was read and its `}`, and where that ends.
    fn lua(&mut self, head: &Head) -> Result<(Body, usize), ConfError> {
        let rest = self.tokens.rest();
        let program = lua::len(rest).and_then(|len| rest.get(..len)).ok_or_else(|| {
            let kind = Kind::EndOfBlock(head.shown());
            ConfError::new(self.file, head.name.start, kind)
        })?;
        self.tokens.skip(program.len() + 1);
        Ok((Body::Lua(program.into()), head.end + program.len() + 1))
    }
}

/// A `}` where a `;` should be, perhaps because what should be a comment is none.
fn no_semicolon(head: &Head) -> Kind {
    let (found, line) = (Shown::new(b"}"), head.name.start.line);
    let kind = Kind::NoSemicolon { found, name: head.shown(), line };
    let mut words = std::iter::once(&head.name).chain(&head.arguments);
    match words.any(|word| !word.is_quoted && word.raw.starts_with(b"//")) {
        true => Kind::Commented(Box::new(kind)),
        false => kind,
    }
}
