import FoundationEssentials

/// What the files of a journal say together.
struct JournalContent: Equatable {
    /// The epochs in which the journal was compared, with the time when each was noticed.
    private(set) var epochs: [UUID: Int64] = [:]
    /// The last run of each file.
    private(set) var runs: [RecordedRun] = []
    /// The last attempt of each message that a transport took, or may have taken.
    private(set) var attempts: [MessageIdentity: DeliveryAttempt] = [:]
    /// Until when messages were due that were sent.
    private(set) var horizon: Int64?
    /// Whether nothing was ever written.
    private(set) var isEmpty = true

    /// Reads files.
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
    /// The lines that are whole, in the order in which they were written.
    let lines: [JournalLine]
    /// The places of those attempts that a transport took, or may have taken.
    private let taken: [Int]

    /// Reads a file; lines that were cut off are left out, as is what follows the last line's end.
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
                // A run's number may come again after a restore: the last attempt is meant.
                if let place = places.removeValue(forKey: Row(run: run, message: message)) { taken.remove(place) }
            case .epoch, .start, .end:
                break
            }
        }
        self.taken = taken.sorted()
    }

    /// The attempts that a transport took, or may have taken.
    var attempts: [JournaledAttempt] {
        taken.compactMap { place in
            if case .attempt(let entry) = lines[place] { entry } else { nil }
        }
    }

    /// The lines that are still needed: attempts before their deadline with the start of their runs, and the last run and
    /// the last epoch.
    ///
    /// - Parameter now: The present instant.
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
        // Only the end of the last run counts.
        kept = kept.filter { place in
            if case .end = lines[place] { place > lastStart } else { true }
        }
        kept.formUnion([lastStart, lastEpoch ?? -1].filter { $0 >= 0 })
        return kept.sorted().map { lines[$0] }
    }
}
