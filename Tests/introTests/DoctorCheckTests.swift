import Booking
import Foundation
import Glibc
import MessagingTesting
import Testing

@testable import intro

@Suite("the checks of doctor")
struct DoctorCheckTests {
    private static let mebibyte: UInt64 = 1 << 20

    @Test(
        "disk space is a problem below 256 MiB, and a warning below 1 GiB or a small share",
        arguments: [
            (255, 100_000, .problem), (256, 100_000, .warning), (1023, 100_000, .warning),
            (1024, 20_000, .ok), (4999, 100_000, .warning), (5000, 100_000, .ok),
            // 5 % of a large disk is enough.
            (20_480, 10_000_000, .ok), (20_479, 10_000_000, .warning),
        ] as [(UInt64, UInt64, DoctorCheck.Result)])
    func disk(available: UInt64, total: UInt64, result: DoctorCheck.Result) {
        #expect(DiskSpace(available: available * Self.mebibyte, total: total * Self.mebibyte).result == result)
    }

    @Test(
        "a clock is a warning beyond a second and a problem beyond half a minute, apart from the round trip",
        arguments: [
            (0.0, 0.1, .ok), (1.0, 0.0, .ok), (1.2, 0.0, .warning), (-1.2, 0.0, .warning),
            (5.0, 5.0, .ok), (7.0, 5.0, .warning), (-2.0, 5.0, .warning), (30.0, 0.0, .warning), (30.1, 0.0, .problem),
            (-86_400.0, 1.0, .problem),
        ] as [(TimeInterval, TimeInterval, DoctorCheck.Result)])
    func clock(ahead: TimeInterval, roundTrip: TimeInterval, result: DoctorCheck.Result) {
        let before = Date(timeIntervalSince1970: 1_800_000_000)
        let skew = ClockSkew(before: before, database: before + ahead, after: before + roundTrip)
        #expect(skew.check.result == result, "\(skew)")
    }

    @Test("the end of a certificate is a time on the desk's clock for people, and in UTC for programs")
    func certificateTimes() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let times = DisplayTimes(
            format: .people(now: now, hourCycle: .twelve), clock: try StudioClock(timeZone: "America/Los_Angeles"))
        for (end, program, people) in [
            (now - 60, "expired on 2027-01-15T07:59:00Z", "expired on Thu Jan 14, 11:59 PM PST"),
            (
                now + 86_400, "expires in 1 day, on 2027-01-16T08:00:00Z",
                "expires in 1 day, on Sat Jan 16, 12:00 AM PST"
            ),
        ] {
            let validity = CertificateValidity(of: "2027-01-15T07:59:00Z:587", until: end, at: now)
            let finding = try #require(validity.finding("mail", consequence: "none"))
            #expect(finding.message == "the certificate of 2027-01-15T07:59:00Z:587 " + program)
            #expect(finding.message(in: times) == "the certificate of 2027-01-15T07:59:00Z:587 " + people)
            #expect(try jsonText(finding).contains("\"message\":\"\(finding.message)\""))
        }
    }

    @Test("each secret and settings file with a problem is reported, not only the first")
    func files() throws {
        let folder = try ScratchFolder()
        func write(_ name: String, _ text: String, mode: mode_t) throws -> String {
            let path = "\(folder.path)/\(name)"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(chmod(path, mode) == 0)
            return path
        }
        let mail = try write("mail", "secret\n", mode: 0o644)
        let token = try write("token", "two\nlines\n", mode: 0o600)
        let url = try write("url", "postgresql:///intro\n", mode: 0o666)
        var sources = Settings.Sources(environment: [
            "INTRO_MAIL_PASSWORD_FILE": mail, "INTRO_SMS_TOKEN_FILE": token, "INTRO_DATABASE_URL_FILE": url,
        ])
        sources.projectFile = try write(
            "intro.json", #"{"database": {"url": "postgresql://desk:secret@db.example/intro"}}"#, mode: 0o644)
        sources.systemFile = "\(folder.path)/none"
        let findings = FileChecks.run(sources, try Settings(from: sources))
        #expect(findings.allSatisfy { $0.result == .problem && $0.hint != nil })
        for path in [mail, token, url, sources.projectFile] {
            #expect(findings.count { $0.message.contains(path) } == 1, "\(findings)")
        }
        #expect(findings.count == 4, "\(findings)")
        #expect(!"\(findings)".contains("secret@"))
    }

    @Test("a settings file with a password must not be readable by everyone; one without may be")
    func settingsFile() throws {
        let folder = try ScratchFolder()
        let path = "\(folder.path)/intro.json"
        for (text, result) in [
            (#"{"database": {"url": "postgresql://desk:pass@db.example/intro"}}"#, DoctorCheck.Result.problem),
            (#"{"database": {"url": "postgresql://desk@db.example/intro"}}"#, .ok),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            #expect(chmod(path, 0o644) == 0)
            var sources = Settings.Sources(environment: [:])
            (sources.projectFile, sources.systemFile) = (path, "\(folder.path)/none")
            let findings = FileChecks.run(sources, try Settings(from: sources))
            #expect(findings.map(\.result) == [result] && findings[0].message.contains(path), "\(findings)")
        }
    }
}
