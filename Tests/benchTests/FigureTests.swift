import Foundation
import Testing

@testable import bench

@Suite struct FigureTests {
    @Test("the median does not depend on the order of the values")
    func middle() {
        #expect(median([3, 1, 2]) == 2)
        #expect(median([4, 1, 3, 2]) == 2.5)
        #expect(median([]).isNaN)
    }

    @Test("a quantile is one of the measured values")
    func quantiles() {
        let numbers = (1...100).map(Double.init)
        #expect(quantile(0.99, of: numbers.reversed()) == 100)
        #expect(quantile(0.5, of: numbers) == 51)
    }

    @Test("the ratio is the median of the pairs' ratios, not the ratio of the medians")
    func pairs() {
        var runs = PairedRuns(.valueByLimit)
        for (value, limit) in [(10.0, 10.0), (50, 100), (9, 10)] { runs.add(value: value, limit: limit) }
        #expect(runs.ratio == 0.9)
        #expect(median(runs.pairs.map(\.value)) / median(runs.pairs.map(\.limit)) == 1)
    }

    @Test("the ratio of durations is the limit divided by our value")
    func durations() {
        var runs = PairedRuns(.limitByValue)
        runs.add(value: 4, limit: 2)
        #expect(runs.ratio == 0.5)
        let figure = Figure("x", runs, unit: "ms", goal: .atLeast(0.8))
        #expect(figure.value == 4)
        #expect(figure.limit == 2)
        #expect(figure.met == false)
    }

    @Test("runs alternate, and each side goes first equally often")
    func turns() async throws {
        var order = ""
        let runs = try await PairedRuns.measure(.valueByLimit, rounds: 4) {
            order += "o"
            return 1
        } limit: {
            order += "l"
            return 2
        }
        #expect(order == "ollool" + "lo")
        #expect(runs.pairs.count == 4)
        #expect(runs.ratio == 0.5)
    }

    @Test("a goal is met at its bound, and a value without a goal is neither met nor missed")
    func goals() {
        #expect(Figure("x", [5], unit: "", goal: .atMost(5)).met == true)
        #expect(Figure("x", [5], unit: "", goal: .atLeast(5.1)).met == false)
        #expect(Figure("x", [5], unit: "", goal: .stated).met == nil)
    }

    @Test("the JSON contains all fields, including the range of the runs")
    func json() throws {
        var runs = PairedRuns(.valueByLimit)
        for (value, limit) in [(1.0, 2.0), (3, 4), (5, 6)] { runs.add(value: value, limit: limit) }
        let data = try FigureTable([Figure("a", runs, unit: "/s", goal: .atLeast(0.5))]).json()
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [[String: Any]]])
        let figure = try #require(object["figures"]?.first)
        #expect(figure["name"] as? String == "a")
        #expect(figure["value"] as? Double == 3)
        #expect(figure["limit"] as? Double == 4)
        #expect(figure["ratio"] as? Double == 0.75)
        #expect(figure["goal"] as? String == ">= 0.5")
        #expect(figure["met"] as? Bool == true)
        #expect(figure["min"] as? Double == 1)
        #expect(figure["max"] as? Double == 5)
    }

    @Test("the columns of a table are aligned")
    func table() {
        let text = FigureTable([
            Figure("short", [1], unit: "", goal: .stated), Figure("a longer name", [2], unit: "", goal: .stated),
        ])
        .text
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(Set(lines.map { $0.count }).count == 1)
    }

    @Test(
        "numbers are rounded to significant digits",
        arguments: [(0.8512, "0.85"), (0.0123, "0.012"), (12.34, "12.3"), (1234.5, "1235"), (60, "60"), (1.5, "1.5")])
    func numbers(number: Double, text: String) {
        #expect(compactNumber(number) == text)
    }
}
