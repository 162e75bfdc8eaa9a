// The dot product of two arrays by `zip`, over and over. The argument is their length.
const ROUNDS: usize = 200;

fn dot(xs: &[f64], ys: &[f64]) -> f64 {
    xs.iter().zip(ys).map(|(x, y)| x * y).sum()
}

fn main() {
    let count: usize = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let xs: Vec<f64> = (0..count).map(|i| (i % 13) as f64 / 16.0).collect();
    let mut ys: Vec<f64> = (0..count).map(|i| (i % 7) as f64 / 8.0).collect();
    let mut total = 0.0;
    for round in 0..ROUNDS {
        ys[round % count] += 0.5;
        total += dot(&xs, &ys);
    }
    println!("{total:.3}");
}
