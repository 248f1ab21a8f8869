import FoundationEssentials

/// The combined content of the files of a journal.
struct JournalContent: Equatable {
    /// The epochs in which the journal was compared, and the time of each.
    private(set) var epochs: [UUID: Int64] = [:]
    /// The last run of each file.
    private(set) var runs: [RecordedRun] = []
    /// The last attempt of each message that a transport accepted, or may have accepted.
    private(set) var attempts: [MessageIdentity: DeliveryAttempt] = [:]
    /// The latest due time of sent messages.
    private(set) var horizon: Int64?
    /// Whether the journal is empty.
    private(set) var isEmpty = true

    /// Parses the content of files.
    init(_ files: [String]) {
        for file in files { add(JournalText(file)) }
    }

    private mutating func add(_ file: JournalText) {
        var last: RecordedRun?
        for line in file.lines {
            isEmpty = false
            switch line {
            case .epoch(let token, let noticedAt, _, _):
                epochs[token] = noticedAt
            case .start(let run, let until):
                last = run
                horizon = max(horizon ?? until, until)
            case .end(let run):
                if last?.id == run { last?.hasEnded = true }
            case .attempt, .notSent:
                break
            }
        }
        for entry in file.attempts {
            let known = attempts[entry.attempt.message]
            if known.map({ $0.number < entry.attempt.number }) ?? true {
                attempts[entry.attempt.message] = entry.attempt
            }
        }
        if let last { runs.append(last) }
    }
}

/// The lines of one file of a journal.
struct JournalText {
    /// The complete lines, in the order in which they were written.
    let lines: [JournalLine]
    /// The indices of attempts that a transport accepted, or may have accepted.
    private let taken: [Int]

    /// Parses a file; incomplete lines are ignored, including an unterminated last line.
    init(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        lines.removeLast()
        self.init(lines: lines.compactMap { JournalLine($0) })
    }

    private init(lines: [JournalLine]) {
        struct Row: Hashable {
            let run: Int32
            let message: Int64
        }
        self.lines = lines
        var places: [Row: Int] = [:]
        var taken: Set<Int> = []
        for (place, line) in lines.enumerated() {
            switch line {
            case .attempt(let entry):
                places[Row(run: entry.run, message: entry.row)] = place
                taken.insert(place)
            case .notSent(let run, let message):
                // A run's number may be reused after a restore: the record applies to the last attempt.
                if let place = places.removeValue(forKey: Row(run: run, message: message)) { taken.remove(place) }
            case .epoch, .start, .end:
                break
            }
        }
        self.taken = taken.sorted()
    }

    /// The attempts that a transport accepted, or may have accepted.
    var attempts: [JournaledAttempt] {
        taken.compactMap { place in
            if case .attempt(let entry) = lines[place] { entry } else { nil }
        }
    }

    /// Returns the lines that are still needed: attempts before their deadline with the start of their runs, and the
    /// last run and the last epoch.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The lines, in the order in which they were written.
    func pruned(at now: Date) -> [JournalLine] {
        var kept = Set(
            taken.filter { place in
                if case .attempt(let entry) = lines[place] { !entry.isObsolete(at: now) } else { false }
            })
        let runs = Set(
            kept.compactMap { place in
                if case .attempt(let entry) = lines[place] { entry.run } else { nil }
            })
        var (lastStart, lastEpoch): (place: Int, Int?) = (-1, nil)
        for (place, line) in lines.enumerated() {
            switch line {
            case .start(let run, _):
                lastStart = place
                if runs.contains(run.id) { kept.insert(place) }
            case .end: if place > lastStart { kept.insert(place) }
            case .epoch: lastEpoch = place
            case .attempt, .notSent: break
            }
        }
        // Only the end of the last run is needed.
        kept = kept.filter { place in
            if case .end = lines[place] { place > lastStart } else { true }
        }
        kept.formUnion([lastStart, lastEpoch ?? -1].filter { $0 >= 0 })
        return kept.sorted().map { lines[$0] }
    }
}
