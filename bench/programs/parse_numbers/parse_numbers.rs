// Numbers in a text, split and parsed into an array. The argument is the file's path.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap_or_else(|| "numbers.txt".to_string()))?;
    let mut numbers: Vec<i64> = Vec::new();
    for part in text.split(",") {
        numbers.push(part.parse()?);
    }
    println!(
        "{} {} {} {}",
        numbers.len(),
        numbers.iter().sum::<i64>(),
        numbers.iter().min().copied().unwrap_or(0),
        numbers.iter().max().copied().unwrap_or(0)
    );
    Ok(())
}
