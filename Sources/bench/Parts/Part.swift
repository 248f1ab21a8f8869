/// One chapter of the measurements.
protocol Part {
    /// What it is called on the command line.
    static var name: String { get }
    /// Whether it runs only when it is named.
    static var isOnRequest: Bool { get }

    init()

    /// Measures.
    func run(in context: BenchContext) async throws -> [Figure]
}

extension Part {
    static var isOnRequest: Bool { false }
}

/// Every part, in the order in which they run: those that only read come first.
var allParts: [any Part.Type] {
    [
        Client.self, Slots.self, Schedule.self, CommandLineRuns.self, ReminderRuns.self, Book.self, Contend.self,
        Soak.self, JobRuns.self, Scale.self, Growth.self,
    ]
}
