//! The vault's file: how it is laid out, and what opens it.
//!
//! ```text
//! "formaops-vault 1\n"   17 bytes
//! memory in KiB, passes, lanes of Argon2id   4 bytes each, little-endian
//! salt   16 bytes
//! nonce   24 bytes
//! the keys, encrypted with XChaCha20-Poly1305; all of the above is authenticated with them
//! BLAKE3 of everything before   32 bytes
//! ```
//!
//! The hash guards nothing against an attacker. It tells a damaged file from a wrong passphrase, which
//! the cipher alone cannot.

use crate::Secret;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use std::io;
use zeroize::Zeroizing;

const MAGIC: &[u8] = b"formaops-vault 1\n";
const SALT: usize = 16;
const NONCE: usize = 24;
const HEADER: usize = MAGIC.len() + 3 * 4 + SALT + NONCE;
const CHECKSUM: usize = blake3::OUT_LEN;

/// What a passphrase is worked into a key with: the second choice of RFC 9106 (64 MiB, three passes), on
/// one lane, since we do not use several threads.
const COST: Cost = Cost { memory_kib: 64 << 10, passes: 3, lanes: 1 };
/// A file may not make us take more than this: 1 GiB, and a minute or so.
const MOST: Cost = Cost { memory_kib: 1 << 20, passes: 64, lanes: 16 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// A vault's file, taken apart.
pub(super) struct Sealed<'a> {
    cost: Cost,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    header: &'a [u8],
    text: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Takes a file apart; the error says what is wrong with it.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, &'static str> {
        if !bytes.starts_with(MAGIC) {
            return Err("it does not start as a vault of this version does");
        }
        if bytes.len() < HEADER + CHECKSUM {
            return Err("it is cut off");
        }
        let (body, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
        if blake3::hash(body) != *checksum {
            return Err("its bytes have changed since it was written");
        }
        let (header, text) = body.split_at(HEADER);
        let mut rest = &header[MAGIC.len()..];
        let cost = Cost {
            memory_kib: u32::from_le_bytes(take(&mut rest)),
            passes: u32::from_le_bytes(take(&mut rest)),
            lanes: u32::from_le_bytes(take(&mut rest)),
        };
        if cost.memory_kib > MOST.memory_kib || cost.passes > MOST.passes || cost.lanes > MOST.lanes {
            return Err("it asks for more work than any vault of ours");
        }
        Ok(Self { cost, salt: take(&mut rest), nonce: take(&mut rest), header, text })
    }

    /// The lock that a passphrase makes for this file.
    pub(super) fn lock(&self, passphrase: &Secret) -> io::Result<Lock> {
        Lock::derive(passphrase, self.cost, self.salt)
    }
}

/// The next bytes, which are known to be there.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (taken, after) = rest.split_at(N);
    *rest = after;
    taken.try_into().unwrap_or_else(|_| unreachable!("it was cut to its length"))
}

/// What opens and closes a vault: a key made from its passphrase.
pub(super) struct Lock {
    cost: Cost,
    salt: [u8; SALT],
    key: Zeroizing<[u8; 32]>,
}

impl Lock {
    /// A lock with a fresh salt.
    pub(super) fn new(passphrase: &Secret) -> io::Result<Self> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        Self::derive(passphrase, COST, salt)
    }

    fn derive(passphrase: &Secret, cost: Cost, salt: [u8; SALT]) -> io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(key.len()))
            .map_err(io::Error::other)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &salt, key.as_mut_slice())
            .map_err(io::Error::other)?;
        Ok(Self { cost, salt, key })
    }

    /// The whole file that holds a text.
    pub(super) fn seal(&self, text: &str) -> io::Result<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let mut file = MAGIC.to_vec();
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            file.extend_from_slice(&number.to_le_bytes());
        }
        file.extend_from_slice(&self.salt);
        file.extend_from_slice(&nonce);
        let payload = Payload { msg: text.as_bytes(), aad: &file };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(io::Error::other)?;
        file.extend_from_slice(&sealed);
        let checksum = blake3::hash(&file);
        file.extend_from_slice(checksum.as_bytes());
        Ok(file)
    }

    /// The text in a file; `None` where this lock is not the one it was sealed with.
    pub(super) fn open(&self, sealed: &Sealed<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload { msg: sealed.text, aad: sealed.header };
        self.cipher().decrypt(&XNonce::from(sealed.nonce), payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.key).into())
    }
}
