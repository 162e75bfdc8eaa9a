// Complete binary trees, built and counted: one small allocation for each node. The argument is the greatest depth.
enum Tree {
    Leaf,
    Node(Box<Tree>, Box<Tree>),
}

fn build(depth: i64) -> Tree {
    if depth == 0 {
        Tree::Leaf
    } else {
        Tree::Node(Box::new(build(depth - 1)), Box::new(build(depth - 1)))
    }
}

fn count(tree: &Tree) -> i64 {
    match tree {
        Tree::Leaf => 1,
        Tree::Node(left, right) => 1 + count(left) + count(right),
    }
}

fn main() {
    let depth: i64 = std::env::args().nth(1).map_or(16, |text| text.parse().expect("a number"));
    let kept = build(depth);
    let mut d = 4;
    while d <= depth {
        let rounds = 1 << (depth - d + 4);
        println!("{rounds} trees of depth {d}: {}", (0..rounds).map(|_| count(&build(d))).sum::<i64>());
        d += 4;
    }
    println!("kept: {}", count(&kept));
}
