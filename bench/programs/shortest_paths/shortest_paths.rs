// Shortest paths from one node, with a binary heap of what is to be visited. The argument is the number of nodes.
const DEGREE: usize = 5;

struct Edge {
    to: usize,
    cost: i64,
}

struct Visit {
    cost: i64,
    node: usize,
}

// A binary heap that serves the cheapest first.
struct Queue {
    visits: Vec<Visit>,
}

impl Queue {
    fn push(&mut self, visit: Visit) {
        self.visits.push(visit);
        let mut at = self.visits.len() - 1;
        while at > 0 {
            let parent = (at - 1) / 2;
            if self.visits[parent].cost <= self.visits[at].cost {
                break;
            }
            self.visits.swap(at, parent);
            at = parent;
        }
    }
    fn pop(&mut self) -> Option<Visit> {
        if self.visits.is_empty() {
            return None;
        }
        let end = self.visits.len() - 1;
        self.visits.swap(0, end);
        let top = self.visits.pop();
        let mut at = 0;
        loop {
            let mut child = 2 * at + 1;
            if child >= end {
                break;
            }
            if child + 1 < end && self.visits[child + 1].cost < self.visits[child].cost {
                child += 1;
            }
            if self.visits[at].cost <= self.visits[child].cost {
                break;
            }
            self.visits.swap(at, child);
            at = child;
        }
        top
    }
}

// Some edges from each node, the same each time (Knuth's MMIX generator).
fn random_graph(nodes: usize) -> Vec<Vec<Edge>> {
    let mut state = 1u64;
    (0..nodes)
        .map(|node| {
            (0..DEGREE)
                .map(|i| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    let to = if i == 0 { (node + 1) % nodes } else { (state >> 33) as usize % nodes };
                    Edge { to, cost: 1 + ((state >> 20) % 100) as i64 }
                })
                .collect()
        })
        .collect()
}

// The costs of the cheapest ways from node 0; all nodes are reached.
fn costs_from_start(graph: &[Vec<Edge>]) -> Vec<i64> {
    let mut costs = vec![i64::MAX; graph.len()];
    costs[0] = 0;
    let mut queue = Queue { visits: vec![Visit { cost: 0, node: 0 }] };
    while let Some(visit) = queue.pop() {
        if visit.cost > costs[visit.node] {
            continue;
        }
        for edge in &graph[visit.node] {
            let cost = visit.cost + edge.cost;
            if cost < costs[edge.to] {
                costs[edge.to] = cost;
                queue.push(Visit { cost, node: edge.to });
            }
        }
    }
    costs
}

fn main() {
    let nodes = std::env::args().nth(1).map_or(200_000, |text| text.parse().expect("a number"));
    let costs = costs_from_start(&random_graph(nodes));
    println!("{} {}", costs.iter().sum::<i64>(), costs.iter().max().copied().unwrap_or(0));
}
