import Testing

@testable import Telemetry

@Suite("Notation of Prometheus' text format")
struct SpellingTests {
    @Test(
        "a metric's name keeps letters, digits, underscores and colons",
        arguments: [
            ("jobs_total", "jobs_total"), ("jobs.done-total", "jobs_done_total"), ("a:b", "a:b"), ("9lives", "_9lives"),
            ("", "_"), ("zähler", "z_hler"), ("a b\n", "a_b_"), ("٣x", "_x"), ("e\u{301}", "e_"),
        ])
    func metricNames(text: String, name: String) {
        #expect(PrometheusFormat.metricName(text) == name)
    }

    @Test(
        "a label's name has no colon, and no reserved name",
        arguments: [
            ("queue", #"queue="v""#), ("a:b", #"a_b="v""#), ("__name__", #"_name__="v""#), ("le", #"_le="v""#),
            ("1", #"_1="v""#),
        ])
    func labelNames(text: String, label: String) {
        #expect(PrometheusFormat.labels([(text, "v")]) == label)
    }

    @Test("labels are sorted by name, without duplicates")
    func sorting() {
        #expect(PrometheusFormat.labels([("b", "1"), ("a", "2"), ("b", "3")]) == #"a="2",b="3""#)
        #expect(PrometheusFormat.labels([]).isEmpty)
    }

    @Test(
        "backslashes, quotes and line feeds in a value are escaped, and other characters are unchanged",
        arguments: [
            (#"C:\x"#, #"C:\\x"#), (#"say "hi""#, #"say \"hi\""#), ("a\nb", #"a\nb"#), ("a\r\nb", "a\r\\nb"),
            ("\\n", #"\\n"#), ("Zoë 🏋️", "Zoë 🏋️"), ("", ""),
        ])
    func values(value: String, escaped: String) {
        #expect(PrometheusFormat.labels([("l", value)]) == "l=\"\(escaped)\"")
    }

    @Test(
        "exact integers have no exponent, and NaN and infinities have names",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-17, "-17"), (1e6, "1000000"), (1e15, "1000000000000000"),
            (9_007_199_254_740_991, "9007199254740991"), (1e16, "1e+16"), (Double(Int64.max), "9.223372036854776e+18"),
            (0.1, "0.1"), (2.5e-05, "2.5e-05"), (1234567.875, "1234567.875"), (.nan, "NaN"), (-.nan, "NaN"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"),
        ])
    func numbers(value: Double, spelling: String) {
        #expect(PrometheusFormat.number(value) == spelling)
    }
}
