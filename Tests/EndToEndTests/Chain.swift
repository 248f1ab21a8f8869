import Testing

extension Studio {
    /// Adds a studio in Brooklyn and one in Phoenix, whose trainers have different weekly hours, to the sample studio.
    ///
    /// Phoenix has one station and no daylight saving time. Sam works in Brooklyn on weekdays and in Phoenix on
    /// Saturdays.
    func openChain() async throws {
        try await answer(
            "studio", "add", "Iron Brooklyn", "--id", "brooklyn", "--time-zone", "America/New_York", "--stations", "2")
        try await answer("studio", "add", "Iron Phoenix", "--id", "phoenix", "--time-zone", "America/Phoenix")
        try await addTrainer("Priya Nair", at: "brooklyn", hours: "mon-sat 08:00-16:00")
        try await addTrainer("Sam Ito", at: "brooklyn", hours: "mon-fri 10:00-18:00")
        try await answer("trainer", "hours", "sam", "--studio", "phoenix", "--set", "sat 09:00-13:00")
        try await addTrainer("Luz Vega", at: "phoenix", hours: "daily 09:00-17:00")
    }

    /// Adds a trainer whose handle is the first name in lower case.
    func addTrainer(_ name: String, at studio: String, hours: String) async throws {
        let handle = name.split(separator: " ")[0].lowercased()
        try await answer("trainer", "add", name, "--id", handle, "--studio", studio)
        try await answer("trainer", "hours", handle, "--set", hours)
    }

    /// The days of a printed schedule or agenda: the lines of each date, without blank lines and numbers of open slots.
    func days(_ arguments: String..., now: String = Studio.now) async throws -> [String: [String]] {
        let result = try await intro(arguments + ["--clock", "24"], now: now)
        try #require(result.exit == 0, "\(arguments): \(result.stderr)")
        var days: [String: [String]] = [:]
        var date: String?
        for line in result.stdout.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if let heading = Self.date(heading: line) {
                date = heading
                days[date ?? ""] = []
            } else if line.isEmpty {
                date = nil
            } else if let date {
                days[date]?.append(String(line.drop { $0 == " " }).replacing(/; \d+ open/, with: ""))
            }
        }
        return days
    }

    /// Returns the date of a heading such as `Tue Dec 1`, in 2026 unless the year follows, as `2026-12-01`.
    private static func date(heading line: String) -> String? {
        guard let match = line.wholeMatch(of: /[A-Z][a-z][a-z] ([A-Z][a-z][a-z]) (\d+)(?:, (\d{4}))?/) else {
            return nil
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard let month = months.firstIndex(of: String(match.1)) else { return nil }
        func padded(_ number: String) -> String { number.count < 2 ? "0" + number : number }
        return "\(match.3 ?? "2026")-\(padded("\(month + 1)"))-\(padded(String(match.2)))"
    }
}
