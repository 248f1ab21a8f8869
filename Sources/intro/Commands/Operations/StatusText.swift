import Booking
import FoundationEssentials
import LocalPostgres

/// The texts of a status: one screen for people, and the lines of a monitoring plugin.
struct StatusText {
    let status: SystemStatus
    /// The form of times.
    let times: DisplayTimes

    /// The number of lines of the screen.
    private static let height = 24
    /// The most lines for runners, for queues and for problems, so that all fits on a screen of 24 lines.
    private static let mostEntries = 3

    /// Returns the screen: at most 24 lines, unless a single problem needs more.
    ///
    /// On a terminal, states are cut at its width, and problems and hints are wrapped between words. Other output has
    /// whole lines.
    func screen(on console: Console) -> String {
        let problems = problems(on: console)
        let entries: [(String, [String])] = [("Status", [headline(shown: problems.count)])] + state
        var lines: [String] = []
        for (name, values) in entries {
            for (index, value) in values.enumerated() {
                lines.append(line(index == 0 ? name : "", value.visible, on: console))
            }
        }
        if !problems.isEmpty { lines.append("") }
        return (lines + problems.flatMap(\.self)).joined(separator: "\n")
    }

    private func line(_ name: String, _ value: String, on console: Console) -> String {
        let label = 10
        let text = console.width.map { value.truncated(to: $0 - label) } ?? value
        return Style.dim(name.padded(to: label), when: console.isColored) + text
    }

    /// The lines of the most severe problems for which the screen has room, below the headline and an empty line; of one
    /// at least.
    private func problems(on console: Console) -> [[String]] {
        var room = Self.height - 2 - state.reduce(0) { $0 + $1.1.count }
        var shown: [[String]] = []
        for problem in status.problems.prefix(Self.mostEntries) {
            let lines = lines(of: problem, on: console)
            room -= lines.count
            guard room >= 0 || shown.isEmpty else { break }
            shown.append(lines)
        }
        return shown
    }

    private func lines(of problem: SystemStatus.Problem, on console: Console) -> [String] {
        func paragraph(_ label: String, _ text: String, _ style: (String, Bool) -> String) -> [String] {
            let whole = "\(label) \(text.visible)"
            var lines = console.width.map { whole.wrapped(to: $0, indent: 2) } ?? [whole]
            lines[0] = style(label, console.isColored) + lines[0].dropFirst(label.count)
            return lines
        }
        return paragraph("\(problem.level.rawValue):", problem.message) { Style.red($0, when: $1) }
            + paragraph("hint:", problem.hint) { Style.bold($0, when: $1) }
    }

    private var state: [(String, [String])] {
        [("Database", [database])] + (standbys.isEmpty ? [] : [("Standbys", standbys)])
            + [
                ("Schema", [schema]), ("Binary", [binary]), ("Runners", runners), ("Queues", queues),
                ("Overdue", [overdue]), ("Messages", [messages]), ("Channels", channels), ("Sessions", [sessions]),
                ("Back-up", [backup]),
            ]
    }

    private static let notRead = "not read"

    private func headline(shown: Int) -> String {
        let problems = status.problems
        let rest = problems.count > shown ? "; \(shown) shown, --json lists all" : ""
        return status.level.rawValue.uppercased()
            + (problems.isEmpty ? "" : ": \(counted(problems.count, "problem"))\(rest)")
    }

    private var database: String {
        guard let database = status.database else { return Self.notRead }
        let place = database.host.hasPrefix("/") ? database.host : "\(database.host):\(database.port)"
        return "PostgreSQL \(database.version), \(database.role.rawValue)\(database.lagText), "
            + "\(database.tls ? "TLS" : "no TLS"), \(database.name) on \(place)"
    }

    private var standbys: [String] {
        let standbys = status.database?.standbys ?? []
        return Self.shortened(
            standbys.map { standby in
                let lag = standby.lagText.map { "\($0) behind" } ?? "lag unknown"
                let parts = [standby.state, standby.sync, lag].compactMap(\.self)
                return "\(standby.name): \(parts.joined(separator: ", "))"
            }, rest: "--json lists all")
    }

    private var schema: String {
        let schema = status.schema
        let step = schema.step.map { "step \($0)" }
        return switch schema.match {
        case .current: "\(step ?? ""), which this binary expects"
        case .missing: "missing; this binary expects step \(schema.expected)"
        case .altered: "made by a different intro; this binary expects step \(schema.expected)"
        case .behind, .ahead, .compatible: "\(step ?? "unknown"); this binary expects step \(schema.expected)"
        case nil: Self.notRead
        }
    }

    private var binary: String { "\(status.binary.version), commit \(status.binary.commit ?? "unknown")" }

    private var runners: [String] {
        guard let runners = status.runners else { return [Self.notRead] }
        guard !runners.isEmpty else { return ["none"] }
        let active = runners.count(where: \.active)
        return Self.shortened(
            runners.map { runner in
                let process = runner.process.map { ", process \($0)" } ?? ""
                let ago = CompactDuration.text(.seconds(runner.lastHeartbeatSecondsAgo))
                return "\(runner.host)\(process), \(runner.active ? "active" : "not active"), heartbeat \(ago) ago, "
                    + (runner.version ?? "version unknown")
            }, rest: "\(active) of \(runners.count) active")
    }

    private var queues: [String] {
        guard let queues = status.queues else { return [Self.notRead] }
        guard !queues.isEmpty else { return ["empty"] }
        return Self.shortened(
            queues.map { queue in
                "\(queue.name): \(queue.ready) ready, \(queue.running) running, \(queue.delayed) delayed, "
                    + "\(queue.dead) dead" + (queue.paused ? ", paused" : "")
            }, rest: "`intro jobs stats` lists all")
    }

    private var overdue: String {
        guard status.messages != nil else { return Self.notRead }
        guard let late = status.oldestOverdueReminder else { return "none" }
        let subject = late.session.map { "session \($0)" } ?? "a trainer's schedule"
        return "\(late.rule) by \(late.channel), \(subject), \(late.lateMinutes) min late, due "
            + times.text(late.dueAt)
    }

    private var messages: String {
        guard let messages = status.messages else { return Self.notRead }
        return "\(messages.failed) failed in the last 24 h, \(messages.unknown) unknown, \(messages.held) held"
    }

    private var channels: [String] {
        guard let channels = status.channels else { return [Self.notRead] }
        let paused = channels.filter(\.paused)
        let usable = channels.filter { !$0.paused }.map { "\($0.channel) not paused" }
        return Self.shortened(
            [usable.joined(separator: ", ")].filter { !$0.isEmpty }
                + paused.map { channel in
                    "\(channel.channel) paused on \(channel.sender ?? "a host")"
                        + (channel.since.map { " since \(times.text($0))" } ?? "")
                }, rest: "`intro jobs stats` lists all")
    }

    private var sessions: String {
        guard let sessions = status.sessions else { return Self.notRead }
        return "\(sessions.notMarked) not marked, \(sessions.needNewTime) to come that need a new time"
    }

    private var backup: String {
        guard let backup = status.lastBackup else { return "none recorded" }
        let verified = backup.verifiedAt.map { "verified \(times.text($0))" } ?? "not verified"
        return "\(backup.kind.rawValue), \(times.text(backup.at)), \(verified)"
    }

    /// Returns all lines, or two of them and how many more there are.
    private static func shortened(_ lines: [String], rest: String) -> [String] {
        guard lines.count > mostEntries else { return lines }
        return lines.prefix(mostEntries - 1) + ["and \(lines.count - mostEntries + 1) more: \(rest)"]
    }
}

extension SystemStatus.Standby {
    /// The lag, such as `0.1 s, 4096 B`; `nil` if it is not known.
    var lagText: String? {
        let parts = [lagSeconds.map { secondsText($0) }, lagBytes.map { "\($0) B" }].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

extension SystemStatus.DatabaseState {
    /// The lag of a standby in brackets; empty for a primary.
    fileprivate var lagText: String {
        guard let receiving else { return "" }
        let lag = lagSeconds.map { "\(secondsText($0)) behind" } ?? "lag unknown"
        return receiving ? " (\(lag))" : " (receives no changes; \(lag))"
    }
}

extension StatusText {
    /// The output of a monitoring plugin: the level with the problems and the performance data in the first line, then a
    /// line for each problem with its hint.
    var plugin: String {
        let problems = status.problems
        let summary = problems.isEmpty ? "no problems" : problems.map(\.message).joined(separator: "; ")
        // A vertical bar begins the performance data.
        let line = "\(status.level.rawValue.uppercased()) - \(summary)".replacing("|", with: "/").visible
        let details = problems.map { problem in
            "\(problem.level.rawValue): \(problem.message). \(problem.hint)".replacing("|", with: "/").visible
        }
        return ([line + (figures.isEmpty ? "" : " | " + figures)] + details).joined(separator: "\n")
    }

    /// The performance data: `label=value[unit];warning;critical`.
    private var figures: String {
        guard let runners = status.runners, let queues = status.queues, let messages = status.messages else {
            return ""
        }
        let sum = { (count: (SystemStatus.Queue) -> Int) in queues.reduce(0) { $0 + count($1) } }
        let (late, limit) = (status.oldestOverdueReminder?.lateMinutes ?? 0, SystemStatus.Limit.self)
        return [
            "runners=\(runners.count(where: \.active))", "ready=\(sum(\.ready))", "running=\(sum(\.running))",
            "dead=\(sum(\.dead))", "failed=\(messages.failed)", "unknown=\(messages.unknown)", "held=\(messages.held)",
            "late=\(late * 60)s;\(limit.lateMinutesWarning * 60);\(limit.lateMinutesCritical * 60)",
        ].joined(separator: " ")
    }
}
