// The sum of squares over a range, each less its remainder, which has no closed form. The argument is the range's end.
fn main() {
    let end: i64 = std::env::args().nth(1).map_or(200_000_000, |text| text.parse().expect("a number"));
    println!("{}", (0..end).map(|x| x * x % 1009).sum::<i64>());
}
