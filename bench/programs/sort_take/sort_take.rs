// The ten greatest by a key. The argument is how many elements.
use std::cmp::Reverse;

struct Player {
    number: i64,
    score: i64,
}

fn main() {
    let count: i64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let players: Vec<Player> = (0..count).map(|number| Player { number, score: number * 2654435761 % 1000003 }).collect();
    let mut best: Vec<&Player> = players.iter().filter(|player| player.number % 5 != 0).collect();
    best.sort_by_key(|player| Reverse(player.score));
    let shown: Vec<String> = best.iter().take(10).map(|p| format!("{}:{}", p.number, p.score)).collect();
    println!("{}", shown.join(" "));
}
