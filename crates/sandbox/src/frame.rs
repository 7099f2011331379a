//! What goes through the pipes: four bytes that say how many follow, the lowest first, and those.

use std::io::{self, ErrorKind, Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What a child says first, so that nothing else is taken for one.
pub(crate) const HELLO: &[u8] = b"formaops sandbox 1";

/// The bytes of a frame.
pub(crate) fn encode(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), body].concat()
}

/// Writes one at once.
pub(crate) fn write(output: &mut impl Write, body: &[u8]) -> io::Result<()> {
    output.write_all(&encode(body))?;
    output.flush()
}

/// Reads one; `None` where the other side has ended between two.
pub(crate) fn read(input: &mut impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut body = vec![0; checked(length, most)?];
    input.read_exact(&mut body)?;
    Ok(Some(body))
}

/// Reads one from a process that is not trusted.
pub(crate) async fn read_from(input: &mut (impl AsyncRead + Unpin), most: usize) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    input.read_exact(&mut length).await?;
    let mut body = vec![0; checked(length, most)?];
    input.read_exact(&mut body).await?;
    Ok(body)
}

fn checked(length: [u8; 4], most: usize) -> io::Result<usize> {
    let length = u32::from_le_bytes(length) as usize;
    if length > most { Err(ErrorKind::InvalidData.into()) } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_no_length_is_believed() {
        let mut bytes = Vec::new();
        write(&mut bytes, b"one").unwrap();
        write(&mut bytes, b"").unwrap();
        let mut input = bytes.as_slice();
        assert_eq!(read(&mut input, 3).unwrap(), Some(b"one".to_vec()));
        assert_eq!(read(&mut input, 3).unwrap(), Some(Vec::new()));
        assert_eq!(read(&mut input, 3).unwrap(), None);
        assert_eq!(read(&mut bytes.as_slice(), 2).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(read(&mut &bytes[..5], 3).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        let endless = [0xff; 64];
        assert_eq!(read(&mut &endless[..], 1 << 20).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
