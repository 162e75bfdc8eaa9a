// A text that grows piece by piece, by formatting and by character. The argument is the number of rows.
fn main() {
    let rows: i64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(&format!("row {row}: "));
        text.push_str(&format!("{:>4}", row * 7 % 1000));
        text.push(';');
        text.push('\n');
    }
    println!("{} {}", text.len(), &text[text.len() - 20..]);
}
