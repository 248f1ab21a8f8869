import Dispatch
import Metrics
import Synchronization
import Testing

@testable import Telemetry

@Suite("Metrics under concurrency")
struct ConcurrencyTests {
    private let threads = 8
    private let rounds = 20_000

    @Test("no increment of any thread is lost")
    func sums() {
        let registry = MetricsRegistry()
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            let fraction = FloatingPointCounter(label: "f", factory: registry)
            let meter = Meter(label: "m", factory: registry)
            let timer = Timer(label: "t", factory: registry)
            for round in 0..<rounds {
                // Looked up each time, as in code that counts by the kind of a job.
                Counter(label: "c", dimensions: [("n", "\(round % 3)")], factory: registry).increment(by: 2)
            }
            for _ in 0..<rounds { fraction.increment(by: 0.5) }
            for _ in 0..<rounds { meter.increment() }
            for _ in 0..<rounds { timer.recordMilliseconds(thread.isMultiple(of: 2) ? 250 : 750) }
        }
        let lines = Set(registry.text.split(separator: "\n"))
        let count = threads * rounds
        #expect(lines.contains("f \(count / 2)"))
        #expect(lines.contains("m \(count)"))
        #expect(lines.contains("t_bucket{le=\"0.25\"} \(count / 2)"))
        #expect(lines.contains("t_count \(count)"))
        #expect(lines.contains("t_sum \(count / 2)"))
        for remainder in 0..<3 {
            let times = threads * (0..<rounds).count { $0 % 3 == remainder }
            #expect(lines.contains("c{n=\"\(remainder)\"} \(2 * times)"))
        }
    }

    @Test("a histogram's sum and count are always consistent")
    func snapshots() {
        let histogram = HistogramMetric(bounds: [1])
        let torn = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for _ in 0..<rounds {
                histogram.record(0.5)
                let samples = histogram.samples
                if samples[2].value * 2 != samples[3].value || samples[0].value != samples[3].value {
                    torn.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(torn.load(ordering: .relaxed) == 0)
    }
}
