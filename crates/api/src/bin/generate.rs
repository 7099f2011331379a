//! Writes the files that are made from the list of operations. `make generate` calls it.

use std::{env, io, path::Path};

fn main() -> io::Result<()> {
    // Where the package is now, which need not be where it was built: checkouts may share what is built.
    let package = env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| io::Error::other("run `make generate`"))?;
    let root = Path::new(&package).join("../..");
    for file in formaops_api::generate::generated_files() {
        let path = root.join(file.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, file.text)?;
    }
    Ok(())
}
