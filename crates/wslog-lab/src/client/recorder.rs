//! A socket that remembers the heads that went through it, and when.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Longest head that is remembered, in bytes; nginx takes 32 KiB.
const MAX_HEAD: usize = 1 << 16;

/// What went over one connection, as far as a handshake goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) sent: Head,
    pub(crate) received: Head,
}

/// The bytes up to and with the first empty line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) bytes: Vec<u8>,
    /// When the first byte went through, in milliseconds since 1970.
    pub(crate) began_at: Option<u64>,
    /// When the last one did, if the head is complete.
    pub(crate) ended_at: Option<u64>,
}

impl Head {
    fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.ended_at.is_some() || self.bytes.len() >= MAX_HEAD {
                return;
            }
            let now = now();
            self.began_at.get_or_insert(now);
            self.bytes.push(byte);
            if self.bytes.ends_with(b"\r\n\r\n") {
                self.ended_at = Some(now);
            }
        }
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or_default()
}

/// A TCP connection whose record outlives it: a client that fails keeps its socket to itself.
#[derive(Debug)]
pub(crate) struct Recorder {
    stream: TcpStream,
    record: Arc<Mutex<Record>>,
}

impl Recorder {
    pub(crate) fn new(stream: TcpStream) -> (Recorder, Arc<Mutex<Record>>) {
        let record = Arc::<Mutex<Record>>::default();
        (Recorder { stream, record: Arc::clone(&record) }, record)
    }

    fn record(&self, add: impl FnOnce(&mut Record)) {
        add(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl AsyncRead for Recorder {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        self.record(|record| record.received.push(read));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Recorder {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.record(|record| record.sent.push(bytes.get(..written).unwrap_or_default()));
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_head_ends_at_the_empty_line_however_it_comes() {
        let mut head = Head::default();
        head.push(b"GET / HTTP/1.1\r\nA: b\r\n\r");
        assert!(head.began_at.is_some() && head.ended_at.is_none());
        head.push(b"\nframes");
        head.push(b"more\r\n\r\n");
        assert_eq!(head.bytes, b"GET / HTTP/1.1\r\nA: b\r\n\r\n");
        assert!(head.ended_at.is_some());
    }
}
