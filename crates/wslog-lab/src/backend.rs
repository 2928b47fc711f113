//! The server behind nginx: it opens WebSockets, and treats everything else as told.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

mod conduct;

pub use conduct::{Conduct, Otherwise};

use self::conduct::Reply;
use crate::error::Error;
use crate::wait::wait_until;

/// Longest head of a request that is read.
const MAX_HEAD: usize = 1 << 20;

/// A server on a free port of 127.0.0.1; it ends when it is dropped.
///
/// What its [`Conduct`] takes for an opening handshake is answered 101 with the right accept; the
/// tunnel then stays open until the other side ends it, by a close frame or without one.
#[derive(Debug)]
pub struct Backend {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_closing: AtomicBool,
    requests: Mutex<Vec<Vec<u8>>>,
    open: Mutex<Vec<TcpStream>>,
}

impl Backend {
    /// Starts one; an [`Otherwise`] alone means [`Conduct::Lenient`].
    ///
    /// # Errors
    /// [`Error::Io`] when there is no free port.
    pub fn start(conduct: impl Into<Conduct>) -> Result<Backend, Error> {
        let conduct = conduct.into();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = listener.map_err(Error::io("listen on a free port"))?;
        let address = listener.local_addr().map_err(Error::io("listen on a free port"))?;
        let shared = Arc::new(Shared::default());
        let listening = thread::spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &shared, conduct)
        });
        Ok(Backend { address, shared, listening: Some(listening) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of all requests so far, as they arrived here, in the order in which they were
    /// complete.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        lock(&self.shared.requests).clone()
    }

    /// Closes every connection there is, as a server does that is started anew.
    pub fn close_all(&self) {
        for stream in lock(&self.shared.open).drain(..) {
            // One that has ended already cannot be closed.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Waits until `count` requests or more have arrived here.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when they do not come.
    pub fn wait_for_requests(&self, count: usize) -> Result<(), Error> {
        wait_until(&format!("{count} requests at the backend"), || {
            Ok((lock(&self.shared.requests).len() >= count).then_some(()))
        })
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.shared.is_closing.store(true, Ordering::SeqCst);
        // The thread that accepts is woken by a last connection.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(listening) = self.listening.take().filter(|_| woken) {
            // A panic in there has told itself already.
            let _ = listening.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>, conduct: Conduct) {
    let mut serving = Vec::new();
    for stream in listener.incoming().flatten() {
        if shared.is_closing.load(Ordering::SeqCst) {
            break;
        }
        if let Ok(handle) = stream.try_clone() {
            lock(&shared.open).push(handle);
        }
        let shared = Arc::clone(shared);
        // A client that goes away ends its connection only.
        serving.push(thread::spawn(move || drop(serve(stream, &shared, conduct))));
    }
    for stream in lock(&shared.open).drain(..) {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for thread in serving {
        let _ = thread.join();
    }
}

fn serve(mut stream: TcpStream, shared: &Shared, conduct: Conduct) -> io::Result<()> {
    let head = read_head(&mut stream)?;
    let reply = conduct.reply(&head);
    lock(&shared.requests).push(head);
    match reply {
        Reply::Switch(accept) => {
            write!(
                stream,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                 Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
            )?;
            serve_tunnel(&mut stream)?;
        }
        Reply::SwitchTo(protocol) => {
            write!(
                stream,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: {protocol}\r\n\
                 Connection: Upgrade\r\n\r\n"
            )?;
            wait_for_end(&mut stream)?;
        }
        Reply::Otherwise(Otherwise::Status(status)) => {
            let location = if status / 100 == 3 { "Location: /elsewhere\r\n" } else { "" };
            write!(
                stream,
                "HTTP/1.1 {status} Lab\r\n{location}Content-Length: 3\r\n\
                 Connection: close\r\n\r\nok\n"
            )?;
        }
        Reply::Otherwise(Otherwise::Hang) => wait_for_end(&mut stream)?,
        Reply::Otherwise(Otherwise::Close) => {}
    }
    // The other handle, kept for the end, must not keep the connection open.
    stream.shutdown(Shutdown::Both)
}

/// Everything up to the empty line, which is there unless the other side closed before.
fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut block = [0; 4096];
    while !head.ends_with(b"\r\n\r\n") && head.len() < MAX_HEAD {
        match stream.read(&mut block)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => head.extend_from_slice(block.get(..read).unwrap_or_default()),
        }
    }
    Ok(head)
}

/// Waits for the end of a tunnel, and says goodbye to whoever does
/// ([RFC 6455 §5.5.1](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1)). The lab's clients
/// send nothing but a close frame, in one piece.
fn serve_tunnel(stream: &mut TcpStream) -> io::Result<()> {
    const CLOSE: u8 = 0x88;
    let mut block = [0; 4096];
    loop {
        match stream.read(&mut block)? {
            0 => return Ok(()),
            _ if block.first() == Some(&CLOSE) => return stream.write_all(&[CLOSE, 0]),
            _ => {}
        }
    }
}

fn wait_for_end(stream: &mut TcpStream) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).map(drop)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
