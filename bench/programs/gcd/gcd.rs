// Euclid's algorithm over all pairs: a loop whose every step waits for a division. The argument is the largest number.
fn gcd(a: i64, b: i64) -> i64 {
    let mut x = a;
    let mut y = b;
    while y != 0 {
        let rest = x % y;
        x = y;
        y = rest;
    }
    x
}

fn main() {
    let n: i64 = std::env::args().nth(1).map_or(2000, |text| text.parse().expect("a number"));
    let mut total = 0;
    for a in 1..=n {
        for b in 1..=n {
            total += gcd(a, b);
        }
    }
    println!("{total}");
}
