//! Writes the invented sample pack: `cargo run -p northbound-packs --example sample -- FOLDER`.

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let files = northbound_documents::render_all(
        &sample::pack(),
        std::path::Path::new(&folder),
        northbound_documents::Formats::all(),
    )?;
    for f in files {
        println!("{:>9} {}", f.bytes, f.name);
    }
    Ok(())
}
