// Takeuchi's function: calls with three arguments. The argument is a third of the first.
fn tak(x: i64, y: i64, z: i64) -> i64 {
    if y >= x {
        z
    } else {
        tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
    }
}

fn main() {
    let n: i64 = std::env::args().nth(1).map_or(8, |text| text.parse().expect("a number"));
    println!("{}", tak(3 * n, 2 * n, n));
}
