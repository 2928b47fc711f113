//! What a client does on one TCP connection, well-behaved or not.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::answer::Answer;
use crate::error::Error;
use crate::wait::PATIENCE;

/// A connection of a client. It is closed when it is dropped.
#[derive(Debug)]
pub struct Exchange {
    stream: TcpStream,
}

/// Sends these bytes and reads until the server closes.
///
/// A server that answers and closes before it has read everything is no error: that is what nginx
/// does to a request it refuses.
///
/// # Errors
/// [`Error::Io`] when there is no connection, or no end of the answer within [`PATIENCE`].
pub fn send(to: SocketAddr, bytes: &[u8]) -> Result<Answer, Error> {
    let mut exchange = Exchange::open(to)?;
    match exchange.say(bytes) {
        Err(Error::Io { source, .. }) if is_end(&source) => {}
        said => said?,
    }
    exchange.answer()
}

impl Exchange {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Io`] when nobody listens.
    pub fn open(to: SocketAddr) -> Result<Exchange, Error> {
        let prepare = |stream: TcpStream| {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(Exchange { stream })
        };
        TcpStream::connect_timeout(&to, PATIENCE)
            .and_then(prepare)
            .map_err(Error::io(format!("connect to {to}")))
    }

    /// Sends these bytes at once.
    ///
    /// # Errors
    /// [`Error::Io`] when the server does not take them.
    pub fn say(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stream.write_all(bytes).map_err(Error::io("send"))
    }

    /// Sends these bytes as a slow client would: in so many parts, with a pause between them.
    ///
    /// # Errors
    /// [`Error::Io`] when the server does not take them.
    pub fn say_slowly(&mut self, bytes: &[u8], parts: usize, pause: Duration) -> Result<(), Error> {
        let len = bytes.len().div_ceil(parts.max(1)).max(1);
        for (index, part) in bytes.chunks(len).enumerate() {
            if index > 0 {
                thread::sleep(pause);
            }
            self.say(part)?;
        }
        Ok(())
    }

    /// Closes this side only: nothing more is sent, an answer can still come.
    ///
    /// # Errors
    /// [`Error::Io`] when the server is gone.
    pub fn half_close(&mut self) -> Result<(), Error> {
        self.stream.shutdown(Shutdown::Write).map_err(Error::io("close the sending side"))
    }

    /// Reads until the server closes.
    ///
    /// # Errors
    /// [`Error::Io`] when it neither sends nor closes for as long as [`PATIENCE`].
    pub fn answer(&mut self) -> Result<Answer, Error> {
        self.read(|_| false)
    }

    /// Reads until the end of the answer's head: after a 101 the connection stays open.
    ///
    /// # Errors
    /// [`Error::Io`] when it does not come for as long as [`PATIENCE`].
    pub fn head(&mut self) -> Result<Answer, Error> {
        self.read(|bytes| bytes.ends_with(b"\r\n\r\n"))
    }

    /// Reads until the answer ends with these bytes: a connection that is kept alive does not tell
    /// its end by closing.
    ///
    /// # Errors
    /// [`Error::Io`] when they do not come for as long as [`PATIENCE`].
    pub fn answer_up_to(&mut self, end: &[u8]) -> Result<Answer, Error> {
        self.read(|bytes| bytes.ends_with(end))
    }

    /// Leaves, whatever is still to come.
    pub fn leave(self) {
        drop(self);
    }

    /// Reads byte blocks until they are enough or the server closes.
    fn read(&mut self, is_enough: impl Fn(&[u8]) -> bool) -> Result<Answer, Error> {
        let mut bytes = Vec::new();
        let mut block = [0; 4096];
        while !is_enough(&bytes) {
            match self.stream.read(&mut block) {
                Ok(0) => break,
                Ok(read) => bytes.extend_from_slice(block.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_end(&error) => break,
                Err(error) => return Err(Error::io("read an answer")(error)),
            }
        }
        Ok(Answer::new(bytes))
    }
}

/// Whether the server has closed the connection with bytes of ours unread.
fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}
