// Naive recursion: the cost of a call. The argument is how far.
fn fib(n: i64) -> i64 {
    if n < 2 {
        n
    } else {
        fib(n - 1) + fib(n - 2)
    }
}

fn main() {
    let n = std::env::args().nth(1).map_or(35, |text| text.parse().expect("a number"));
    println!("{}", fib(n));
}
