// Numbers in a text with spaces around them, split, trimmed, parsed and added. The argument is the file's path.
fn main() {
    let path = std::env::args().nth(1).unwrap_or_else(|| "columns.txt".to_string());
    let text = std::fs::read_to_string(path).expect("a readable file");
    println!("{}", text.split(",").map(|part| part.trim()).flat_map(|part| part.parse::<i64>()).sum::<i64>());
}
