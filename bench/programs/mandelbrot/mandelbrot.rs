// The Mandelbrot set: floating point in a loop that ends early. The argument is the width of the picture.
const LIMIT: i64 = 50;

// Whether the point stays near zero for as long as we look.
fn is_inside(cr: f64, ci: f64) -> bool {
    let mut zr = 0.0;
    let mut zi = 0.0;
    for _ in 0..LIMIT {
        let (square_r, square_i) = (zr * zr, zi * zi);
        if square_r + square_i > 4.0 {
            return false;
        }
        zi = 2.0 * zr * zi + ci;
        zr = square_r - square_i + cr;
    }
    true
}

fn main() {
    let size: i64 = std::env::args().nth(1).map_or(1600, |text| text.parse().expect("a number"));
    let mut count = 0;
    for y in 0..size {
        let ci = 2.0 * y as f64 / size as f64 - 1.0;
        count += (0..size).filter(|&x| is_inside(2.0 * x as f64 / size as f64 - 1.5, ci)).count();
    }
    println!("{count} of {}", size * size);
}
