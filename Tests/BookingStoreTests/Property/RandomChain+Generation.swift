import Foundation

/// A time zone and a first date; some of the following days have a clock change.
struct Scenario {
    let zone: String
    /// The first date, in UTC.
    let from: String

    static let all = [
        ("America/Los_Angeles", "2027-03-12"), ("America/Los_Angeles", "2027-11-05"),
        ("America/New_York", "2027-03-12"), ("America/New_York", "2027-11-05"),
        ("Australia/Lord_Howe", "2027-04-02"), ("Australia/Lord_Howe", "2027-10-01"),
        ("America/Phoenix", "2027-03-12"), ("Asia/Kolkata", "2027-11-05"), ("America/Sao_Paulo", "2027-02-19"),
        // Midnight is skipped or repeated.
        ("America/Havana", "2027-03-12"), ("America/Havana", "2027-11-05"),
        ("America/Santiago", "2027-04-02"), ("America/Santiago", "2027-09-03"),
        ("America/Los_Angeles", "2027-06-29"), ("Australia/Lord_Howe", "2027-12-30"),
    ].map { Scenario(zone: $0, from: $1) }
}

extension RandomChain {
    /// Returns a random chain.
    static func random(seed: Int, using random: inout some RandomNumberGenerator) throws -> RandomChain {
        let scenario = Scenario.all[seed % Scenario.all.count]
        let day = try Date.ISO8601FormatStyle().year().month().day().parse(scenario.from)
        let first = Int(day.timeIntervalSince1970) / 60
        let window = first..<first + 4 * 1440
        let now = first * 60 + Int.random(in: -36 * 3600...16 * 3600, using: &random)
        var chain = RandomChain(
            seed: seed, studios: [.random(scenario.zone, in: window, using: &random)], window: window, now: now)
        if Int.random(in: 0..<5, using: &random) < 2 {
            let zone = Scenario.all.randomElement(using: &random)?.zone ?? scenario.zone
            chain.studios.append(.random(zone, in: window, using: &random))
        }
        for handle in ["aiko", "james", "maria"].prefix([1, 2, 2, 3, 3].randomElement(using: &random) ?? 1) {
            chain.trainers.append(
                .random("\(handle)-\(seed)", studios: chain.studios.count, in: window, using: &random))
        }
        return chain
    }
}

extension RandomChain.Studio {
    fileprivate static func random(
        _ zone: String, in window: Range<Int>, using random: inout some RandomNumberGenerator
    ) -> Self {
        RandomChain.Studio(
            zone: zone,
            stations: [1, 1, 2, 2, 3].randomElement(using: &random) ?? 1,
            length: .random(in: 20...60, using: &random),
            turnaround: [0, 5, 10, 17, 30].randomElement(using: &random) ?? 0,
            every: [5, 10, 15, 20, 25, 30, 45, 60].randomElement(using: &random) ?? 30,
            notice: [0, 0, 30, 120, 1000].randomElement(using: &random) ?? 0,
            horizon: [60 * 1440, 60 * 1440, 3 * 1440 + 7, 4 * 1440].randomElement(using: &random) ?? 1440,
            closures: Range.some(in: window, using: &random))
    }
}

extension RandomChain.Trainer {
    fileprivate static func random(
        _ handle: String, studios: Int, in window: Range<Int>, using random: inout some RandomNumberGenerator
    ) -> Self {
        var trainer = RandomChain.Trainer(
            handle: handle, limit: [nil, nil, 1, 2, 4].randomElement(using: &random) ?? nil)
        trainer.isRetired = Int.random(in: 0..<16, using: &random) == 0
        trainer.away = Range.some(in: window, using: &random)
        let elsewhere = studios > 1 && Bool.random(using: &random)
        for studio in 0..<(elsewhere ? studios : 1) {
            trainer.seasons.append(.random(at: studio, from: nil, until: nil, using: &random))
            guard Bool.random(using: &random) else { continue }
            let from = window.lowerBound / 1440 + .random(in: 0...2, using: &random)
            let until = Bool.random(using: &random) ? nil : from + .random(in: 0...2, using: &random)
            trainer.seasons.append(
                .random(at: studio, from: date(from), until: until.map(date), using: &random))
        }
        return trainer
    }

    private static func date(_ day: Int) -> Int {
        let parts = Date(timeIntervalSince1970: Double(day * 86_400)).formatted(
            Date.ISO8601FormatStyle().year().month().day().dateSeparator(.omitted))
        return Int(parts) ?? 0
    }
}

extension RandomChain.Season {
    fileprivate static func random(
        at studio: Int, from: Int?, until: Int?, using random: inout some RandomNumberGenerator
    ) -> Self {
        let minute = Int.random(in: 0...60, using: &random)
        let styles: [[Range<Int>]] = [
            [0..<300],
            [0..<300, 540..<1020],
            [0..<180, 1200..<1440],
            [0..<1440],
            [0..<90, 90..<200 + minute, 1320 - minute..<1440],
            [420 + minute..<720, 720..<900, 901..<1140],
            [480 + minute..<1080 + minute],
        ]
        let usual = styles.randomElement(using: &random) ?? []
        var season = RandomChain.Season(studio: studio, from: from, until: until)
        for weekday in 1...7 where Int.random(in: 0..<8, using: &random) > 0 {
            let hours = Int.random(in: 0..<5, using: &random) == 0 ? styles.randomElement(using: &random) ?? [] : usual
            season.spans += hours.map { RandomChain.Span(weekday: weekday, minutes: $0) }
        }
        return season
    }
}

extension Range<Int> {
    /// Returns up to three random periods that begin within a window, on any minute.
    fileprivate static func some(
        in window: Range<Int>, using random: inout some RandomNumberGenerator
    ) -> [Range<Int>] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            let start = Int.random(in: window, using: &random)
            return start..<start + Int.random(in: 1...420, using: &random)
        }
    }
}
