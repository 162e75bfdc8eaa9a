// Sorting by functions: structs by two fields, numbers by their distance from one that is captured. The argument is how many.
struct Player {
    number: i64,
    score: i64,
    age: i64,
}

// Players in no order, the same each time (Knuth's MMIX generator).
fn random_players(count: i64) -> Vec<Player> {
    let mut state = 1u64;
    (0..count)
        .map(|number| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            Player { number, score: (state >> 33) as i64 % 5000, age: (state >> 50) as i64 % 90 }
        })
        .collect()
}

fn main() {
    let count = std::env::args().nth(1).map_or(500_000, |text| text.parse().expect("a number"));
    let mut players = random_players(count);
    players.sort_by(|a, b| b.score.cmp(&a.score).then(a.age.cmp(&b.age)));
    for at in [0, players.len() / 3, players.len() - 1] {
        let player = &players[at];
        println!("{} {} {}", player.number, player.score, player.age);
    }
    let middle = players[players.len() / 2].number;
    let mut numbers: Vec<i64> = players.iter().map(|player| player.number).collect();
    numbers.sort_by(|a, b| (a - middle).abs().cmp(&(b - middle).abs()));
    println!("{} {} {}", numbers[0], numbers[numbers.len() / 2], numbers[numbers.len() - 1]);
}
