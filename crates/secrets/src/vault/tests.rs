use super::*;
use std::collections::BTreeSet;

const CANARY: &str = "sk-canary-0123456789";
const PASSPHRASE: &str = "four plain words here";

fn secret(text: &str) -> Secret {
    text.to_owned().into()
}

fn id(number: u128) -> ProviderKeyId {
    ProviderKeyId::from_uuid(uuid::Uuid::from_u128(number))
}

fn key(text: &str) -> Key {
    Key::read(text).unwrap()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn vault_in(folder: &tempfile::TempDir, passphrase: Option<&str>) -> Vault {
    Vault::new(folder.path().join("vault"), passphrase.map(secret))
}

/// A vault of one key, closed.
fn filled(folder: &tempfile::TempDir) -> PathBuf {
    let mut vault = vault_in(folder, None);
    vault.create(&secret(PASSPHRASE)).unwrap();
    vault.put(id(1), key(CANARY)).unwrap();
    vault.path
}

fn names(folder: &tempfile::TempDir) -> BTreeSet<String> {
    let names = fs::read_dir(folder.path()).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_key_is_found_again_by_who_knows_the_passphrase() {
    let folder = folder();
    let path = filled(&folder);
    let bytes = fs::read(&path).unwrap();
    assert!(CANARY.as_bytes().windows(8).all(|piece| bytes.windows(8).all(|window| window != piece)));

    let mut vault = vault_in(&folder, None);
    assert_eq!(vault.state().unwrap(), VaultState::Locked);
    assert!(matches!(vault.get(id(1)), Err(KeyringError::VaultLocked)));
    assert!(matches!(vault.put(id(2), key("sk-other")), Err(KeyringError::VaultLocked)));
    vault.unlock(&secret(PASSPHRASE)).unwrap();
    assert_eq!(vault.get(id(1)).unwrap().expose(), CANARY);
    assert!(matches!(vault.get(id(2)), Err(KeyringError::Gone { place: "vault", .. })));

    vault.remove(id(1)).unwrap();
    vault.remove(id(1)).unwrap();
    vault.lock();
    assert_eq!(vault.state().unwrap(), VaultState::Locked);
    vault.unlock(&secret(PASSPHRASE)).unwrap();
    assert!(vault.get(id(1)).is_err(), "what was removed is gone from the file too");
}

#[test]
fn a_vault_is_made_once_and_never_with_a_short_passphrase() {
    let folder = folder();
    let mut vault = vault_in(&folder, None);
    assert_eq!(vault.state().unwrap(), VaultState::Absent);
    assert!(matches!(vault.unlock(&secret(PASSPHRASE)), Err(KeyringError::VaultAbsent)));
    assert!(matches!(vault.create(&secret("seven77")), Err(KeyringError::ShortPassphrase(8))));
    filled(&folder);
    assert!(matches!(vault.create(&secret(PASSPHRASE)), Err(KeyringError::VaultExists)));
    vault.unlock(&secret(PASSPHRASE)).unwrap();
    assert_eq!(vault.get(id(1)).unwrap().expose(), CANARY);
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = filled(&folder);
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_wrong_passphrase_and_a_damaged_file_are_told_apart() {
    let folder = folder();
    let path = filled(&folder);
    let whole = fs::read(&path).unwrap();
    let unlock = |bytes: &[u8], passphrase: &str| {
        fs::write(&path, bytes).unwrap();
        vault_in(&folder, None).unlock(&secret(passphrase))
    };
    assert!(matches!(unlock(&whole, "four plain words her"), Err(KeyringError::WrongPassphrase)));
    unlock(&whole, PASSPHRASE).unwrap();

    let mut at_any_place: Vec<Vec<u8>> = (0..whole.len())
        .map(|place| {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            damaged
        })
        .collect();
    at_any_place.extend((0..whole.len()).map(|length| whole[..length].to_vec()));
    at_any_place.push(b"PK\x03\x04 not a vault".to_vec());
    for damaged in at_any_place {
        let error = unlock(&damaged, PASSPHRASE).unwrap_err();
        assert!(matches!(error, KeyringError::VaultDamaged { .. }), "{error}");
    }
}

#[test]
fn a_file_that_asks_for_endless_work_is_refused_before_it_gets_any() {
    let folder = folder();
    let path = filled(&folder);
    let mut bytes = fs::read(&path).unwrap();
    bytes[17..21].copy_from_slice(&u32::MAX.to_le_bytes());
    let body = bytes.len() - 32;
    let checksum = blake3::hash(&bytes[..body]);
    bytes[body..].copy_from_slice(checksum.as_bytes());
    fs::write(&path, bytes).unwrap();
    let error = vault_in(&folder, None).unlock(&secret(PASSPHRASE)).unwrap_err();
    assert!(error.to_string().contains("more work"), "{error}");
}

#[test]
fn where_the_file_cannot_be_written_nothing_is_lost_or_left_behind() {
    let folder = folder();
    let mut vault = vault_in(&folder, None);
    vault.create(&secret(PASSPHRASE)).unwrap();
    vault.put(id(1), key(CANARY)).unwrap();
    // A folder in its place cannot be replaced by a file, as on a full disk.
    let aside = folder.path().join("aside");
    fs::rename(&vault.path, &aside).unwrap();
    fs::create_dir_all(vault.path.join("in the way")).unwrap();

    let error = vault.put(id(2), key("sk-other")).unwrap_err();
    assert!(matches!(error, KeyringError::VaultFile { done: "written", .. }), "{error}");
    assert!(vault.remove(id(1)).is_err());
    assert_eq!(vault.get(id(1)).unwrap().expose(), CANARY);
    assert!(vault.get(id(2)).is_err(), "what was not kept is not used either");
    assert_eq!(names(&folder), ["aside", "vault"].map(str::to_owned).into());

    fs::remove_dir_all(&vault.path).unwrap();
    fs::rename(aside, &vault.path).unwrap();
    vault.put(id(2), key("sk-other")).unwrap();
    let mut again = vault_in(&folder, None);
    again.unlock(&secret(PASSPHRASE)).unwrap();
    assert_eq!(again.get(id(2)).unwrap().expose(), "sk-other");
}

#[test]
fn the_passphrase_of_the_environment_opens_the_vault_at_its_first_use() {
    let folder = folder();
    let mut early = vault_in(&folder, Some(PASSPHRASE));
    assert_eq!(early.state().unwrap(), VaultState::Absent);
    filled(&folder);
    assert_eq!(early.get(id(1)).unwrap().expose(), CANARY);

    let mut wrong = vault_in(&folder, Some("some other words"));
    for _ in 0..2 {
        let error = wrong.get(id(1)).unwrap_err();
        assert!(error.to_string().contains("FORMAOPS_VAULT_PASSPHRASE"), "{error}");
    }
    wrong.unlock(&secret(PASSPHRASE)).unwrap();
    assert_eq!(wrong.get(id(1)).unwrap().expose(), CANARY);

    early.lock();
    assert!(matches!(early.get(id(1)), Err(KeyringError::VaultLocked)), "locked is locked");
}
