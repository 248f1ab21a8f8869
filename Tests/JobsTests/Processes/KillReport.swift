import JobsTesting
import Postgres
import PostgresTesting

#if canImport(Glibc)
import Glibc
#endif

/// The kill of a runner process.
struct Kill: Sendable {
    let pid: pid_t
    /// The time in seconds, by the database's clock.
    let at: Double
}

/// The result of a test in which many runners are killed.
struct KillReport: CustomStringConvertible {
    let kills: Int
    /// The number of jobs that are neither queued, completed nor dead.
    let lost: Int
    let dead: Int
    /// The number of runs that started after the job's completion was acknowledged.
    let afterAcknowledgement: Int
    /// The number of repeated runs of jobs that are acknowledged immediately.
    let repeatedAlone: Int
    /// The number of repeated runs of jobs that are acknowledged with the next claim.
    let repeatedInBatches: Int
    /// The longest time from a kill to the takeover, in seconds.
    let recovery: Double

    var description: String {
        """
        \(kills) kills: \(lost) lost, \(dead) dead, \(repeatedAlone) of those acknowledged at once and \
        \(repeatedInBatches) of those acknowledged with the next claim ran again, \(afterAcknowledgement) after \
        their acknowledgement; taken over after \((recovery * 10).rounded() / 10) s at the latest
        """
    }
}

extension JobFixture {
    /// Creates a trigger that records when each job is completed.
    func openLedger() async throws {
        try await database.withConnection { connection in
            try await connection.execute(
                script: """
                    CREATE TABLE effect_row (job bigint PRIMARY KEY, pid integer);
                    CREATE TABLE finished (job bigint PRIMARY KEY, kind text, at bigint);
                    CREATE SEQUENCE progress;
                    CREATE FUNCTION finish() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        INSERT INTO finished
                        VALUES (OLD.id, OLD.kind, extract(epoch FROM clock_timestamp()) * 1000000);
                        PERFORM nextval('progress');
                        RETURN NULL;
                    END
                    $$;
                    CREATE TRIGGER finish AFTER DELETE ON job FOR EACH ROW EXECUTE FUNCTION finish();
                    """)
        }
    }

    /// Returns the database's time in seconds.
    func clock() async throws -> Double {
        try await database.query("SELECT extract(epoch FROM clock_timestamp())::double precision")
            .decode(Double.self)[0]
    }

    /// Kills fifty runners, each after a random number of completed jobs.
    func kill(fifty runners: RunnerGroup, over jobs: Int) async throws -> [Kill] {
        var kills: [Kill] = []
        let moments = (0..<50).map { _ in Int64.random(in: 1..<Int64(jobs)) }.sorted()
        for moment in moments {
            try await wait(until: "\(moment) jobs are done") {
                try await number("SELECT last_value FROM progress") >= moment
            }
            let index = Int.random(in: 0..<runners.all.count)
            let pid = runners.all[index].pid
            try await runners.kill(index)
            kills.append(Kill(pid: pid, at: try await clock()))
        }
        return kills
    }

    /// Returns the account of a test.
    func account(of folder: ScratchFolder, kills: [Kill]) async throws -> KillReport {
        let finished = try await database.query(
            "SELECT job, kind, at FROM finished WHERE job NOT IN (SELECT id FROM job_dead)"
        ).decode(
            (Int64, String, Int64).self)
        let kinds = Dictionary(uniqueKeysWithValues: finished.map { ($0.0, $0.1) })
        let ends = Dictionary(uniqueKeysWithValues: finished.map { ($0.0, $0.2) })
        let lines = try folder.effectLines()
        var begun: Set<Int64> = []
        let repeats = lines.filter { line in !begun.insert(line.job).inserted }
        let endedRunners = try await database.query(
            "SELECT name, extract(epoch FROM gone_at)::double precision FROM job_runner WHERE gone_at IS NOT NULL"
        ).decode((String, Double).self)
        let takenOver = Dictionary(endedRunners) { max($0, $1) }
        let queued = try await jobs().count
        let dead = try await dead().count
        let enqueued = Int(try await number("SELECT last_value FROM job_id_seq"))
        return KillReport(
            kills: kills.count, lost: enqueued - finished.count - queued - dead, dead: dead,
            afterAcknowledgement: lines.count { $0.at > (ends[$0.job] ?? Int64.max) },
            repeatedAlone: repeats.count { kinds[$0.job] == "effect" },
            repeatedInBatches: repeats.count { kinds[$0.job] != "effect" },
            recovery: kills.compactMap { kill in takenOver["testrunner-\(kill.pid)"].map { $0 - kill.at } }.max() ?? 0)
    }
}
