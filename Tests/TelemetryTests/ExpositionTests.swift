import Metrics
import Testing

@testable import Telemetry

@Suite("Metrics in Prometheus' text format")
struct ExpositionTests {
    private let registry = MetricsRegistry(help: ["jobs.done_total": "Jobs \\ done,\nwell or \"ill\"."])

    @Test("an empty registry has an empty text")
    func empty() {
        #expect(registry.text.isEmpty)
    }

    @Test("names and labels are sorted, each name has a type, and help where it is given")
    func golden() {
        let factory = registry
        Meter(label: "jobs_depth", dimensions: [("queue", "mail")], factory: factory).set(7)
        Counter(label: "jobs.done_total", dimensions: [("queue", "mail"), ("kind", "b")], factory: factory)
            .increment(by: 3)
        Counter(label: "jobs.done_total", dimensions: [("kind", "a"), ("queue", "mail")], factory: factory).increment()
        Gauge(label: "jobs_age_seconds", factory: factory).record(0.25)
        FloatingPointCounter(label: "cost", factory: factory).increment(by: 1.5)
        #expect(
            registry.text == #"""
                # TYPE cost counter
                cost 1.5
                # TYPE jobs_age_seconds gauge
                jobs_age_seconds 0.25
                # TYPE jobs_depth gauge
                jobs_depth{queue="mail"} 7
                # HELP jobs_done_total Jobs \\ done,\nwell or "ill".
                # TYPE jobs_done_total counter
                jobs_done_total{kind="a",queue="mail"} 1
                jobs_done_total{kind="b",queue="mail"} 3

                """#)
    }

    @Test("a timer is a histogram in seconds with inclusive upper bounds")
    func timer() {
        let timer = Timer(label: "run_seconds", dimensions: [("kind", "a")], factory: registry)
        timer.recordMilliseconds(1)
        timer.recordMilliseconds(500)
        timer.recordSeconds(600)
        timer.recordSeconds(3600)
        let buckets = [
            ("0.001", 1), ("0.0025", 1), ("0.005", 1), ("0.01", 1), ("0.025", 1), ("0.05", 1), ("0.1", 1), ("0.25", 1),
            ("0.5", 2), ("1", 2), ("2.5", 2), ("5", 2), ("10", 2), ("30", 2), ("60", 2), ("120", 2), ("300", 2),
            ("600", 3), ("+Inf", 4),
        ]
        let lines = buckets.map { #"run_seconds_bucket{kind="a",le="\#($0)"} \#($1)"# }
        let head = ["# TYPE run_seconds histogram"]
        let tail = [#"run_seconds_sum{kind="a"} 4200.501"#, #"run_seconds_count{kind="a"} 4"#, ""]
        #expect(registry.text == (head + lines + tail).joined(separator: "\n"))
    }

    @Test("an aggregating recorder has count and sum, another one has the last value")
    func recorders() {
        for value in [2, 40] {
            Recorder(label: "batch", factory: registry).record(value)
            Recorder(label: "last", aggregate: false, factory: registry).record(value)
        }
        #expect(
            registry.text == """
                # TYPE batch histogram
                batch_bucket{le="+Inf"} 2
                batch_sum 42
                batch_count 2
                # TYPE last gauge
                last 40

                """)
    }

    @Test("a counter ignores amounts that are negative or not finite, and can be reset")
    func counters() {
        let whole = Counter(label: "whole", factory: registry)
        whole.increment(by: 5)
        whole.increment(by: -3)
        let fraction = FloatingPointCounter(label: "fraction", factory: registry)
        for amount in [0.5, -1, .nan, .infinity] { fraction.increment(by: amount) }
        #expect(lines(of: registry) == ["fraction 0.5", "whole 5"])
        whole.reset()
        fraction.reset()
        #expect(lines(of: registry) == ["fraction 0", "whole 0"])
    }

    @Test("a meter is incremented and decremented from the value set")
    func meters() {
        let meter = Meter(label: "depth", factory: registry)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement()
        #expect(lines(of: registry) == ["depth 11.5"])
    }

    @Test("equal labels and dimensions are one metric, in any order and notation")
    func identity() {
        let spellings = [
            ("a.b", [("x", "1"), ("y-z", "2")]), ("a.b", [("y-z", "2"), ("x", "1")]),
            ("a_b", [("x", "1"), ("y_z", "2")]),
        ]
        for (label, dimensions) in spellings {
            Counter(label: label, dimensions: dimensions, factory: registry).increment()
        }
        #expect(lines(of: registry) == [#"a_b{x="1",y_z="2"} 3"#])
    }

    @Test("a second type of the same name gets the type as a suffix")
    func types() {
        Counter(label: "x", factory: registry).increment()
        Gauge(label: "x", factory: registry).record(8)
        Gauge(label: "x", factory: registry).record(9)
        #expect(registry.text == "# TYPE x counter\nx 1\n# TYPE x_gauge gauge\nx_gauge 9\n")
    }

    @Test("a destroyed metric is removed, and others are kept")
    func destruction() {
        let one = Counter(label: "c", dimensions: [("n", "1")], factory: registry)
        let two = Counter(label: "c", dimensions: [("n", "2")], factory: registry)
        let timer = Timer(label: "t", factory: registry)
        two.increment()
        one.destroy()
        timer.destroy()
        #expect(registry.text == "# TYPE c counter\nc{n=\"2\"} 1\n")
        Counter(label: "c", dimensions: [("n", "1")], factory: registry).increment()
        #expect(lines(of: registry) == [#"c{n="1"} 1"#, #"c{n="2"} 1"#])
    }

    private func lines(of registry: MetricsRegistry) -> [String] {
        registry.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }
}
