// Primes by trial division: a loop of divisions, folded by an iterator.
fn is_prime(n: i64) -> bool {
    if n < 2 {
        return false;
    }
    let mut divisor = 2;
    while divisor * divisor <= n {
        if n % divisor == 0 {
            return false;
        }
        divisor += 1;
    }
    true
}

fn main() {
    let limit: i64 = std::env::args().nth(1).map_or(100_000, |text| text.parse().expect("a number"));
    println!("{}", (0..limit).filter(|&n| is_prime(n)).count());
}
