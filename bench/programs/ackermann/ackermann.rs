// Ackermann's function: calls in the argument of a call. The argument is the second one, with 3 as the first.
fn ackermann(m: i64, n: i64) -> i64 {
    if m == 0 {
        n + 1
    } else if n == 0 {
        ackermann(m - 1, 1)
    } else {
        ackermann(m - 1, ackermann(m, n - 1))
    }
}

fn main() {
    let n = std::env::args().nth(1).map_or(10, |text| text.parse().expect("a number"));
    println!("{}", ackermann(3, n));
}
