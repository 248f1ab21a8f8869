import Booking
import FoundationEssentials
import Messaging
import Reminders

extension Intro {
    /// Checks the settings of mail, and the connection to the relay.
    func mailCheck() async -> DoctorCheck {
        let name = "mail"
        do {
            // The templates are checked separately.
            _ = try mailDelivery(ReminderTemplates.library(overriddenBy: nil))
            switch try MailTransportURL(parsing: settings.mail.url) {
            case .maildir(let path):
                return .ok(name, "mail is written to the folder \(path), and not sent")
            case .smtp(let server):
                let test = ConnectionTest(server, password: try settings.mail.password()?.revealed)
                let subject = ServerCheck(name: name, host: server.host, port: server.port, setting: .mailURL)
                switch await test.run() {
                case .success(let connected): return subject.connected(server, connected)
                case .failure(let problem): return subject.check(problem)
                }
            }
        } catch {
            return .problem(name, error)
        }
    }

    /// Checks the settings of text messages, and the connection to the service.
    func textCheck() async -> DoctorCheck {
        let name = "sms"
        do {
            _ = try smsDelivery(ReminderTemplates.library(overriddenBy: nil))
            switch try SMSTransportURL(parsing: settings.texts.url) {
            case .folder(let path):
                return .ok(name, "text messages are written to the folder \(path), and not sent")
            case .twilio(let server):
                let subject = ServerCheck(name: name, host: server.host, port: server.port, setting: .smsURL)
                switch await ConnectionTest(server).run() {
                case .success(let connected):
                    let message = "\(subject.place) accepts the connection\(server.isSecure ? " with TLS" : "")"
                    return subject.ok(message, connected)
                case .failure(let problem): return subject.check(problem)
                }
            }
        } catch {
            return .problem(name, error)
        }
    }
}

/// The validity of a server's certificate.
struct CertificateValidity {
    /// The days before its end from which a certificate is a warning.
    static let warningDays = 14

    /// The server, such as `mail.example:587`.
    let server: String
    let end: Date
    /// The current time, by this machine's clock.
    let now: Date

    init(of server: String, until end: Date, at now: Date) {
        (self.server, self.end, self.now) = (server, end, now)
    }

    /// The finding about a certificate that has expired or will soon; `nil` for others.
    ///
    /// - Parameters:
    ///   - name: The name of the check.
    ///   - consequence: The effect of an expired certificate.
    /// - Returns: The finding.
    func finding(_ name: String, consequence: String) -> DoctorCheck? {
        let seconds = end.timeIntervalSince(now)
        guard seconds > 0 else {
            return .problem(
                name, "the certificate of \(server) expired on", hint: "renew it on the server"
            ).ending(with: end)
        }
        guard seconds < TimeInterval(Self.warningDays * 86_400) else { return nil }
        let left = counted(Int(seconds / 86_400), "day")
        return .warning(
            name, "the certificate of \(server) expires in \(left), on",
            hint: "renew it on the server: after that day, \(consequence)"
        ).ending(with: end)
    }
}

/// The words of a check of a server.
private struct ServerCheck {
    let name: String
    let host: String
    let port: Int
    /// The setting with the server's URL.
    let setting: intro.Setting

    var place: String { "\(host):\(port)" }

    /// Describes a successful connection to a relay.
    func connected(_ server: SMTPServer, _ connected: ConnectionTest.Connected) -> DoctorCheck {
        let login = server.user.map { " and the login of \($0)" } ?? ""
        switch server.security {
        case .startTLS: return ok("\(place) accepts the connection with STARTTLS\(login)", connected)
        case .implicitTLS: return ok("\(place) accepts the connection with TLS\(login)", connected)
        case .none where server.isLocal: return .ok(name, "\(place) accepts the connection\(login)")
        case .none:
            return .warning(
                name, "\(place) accepts the connection\(login), and mail is sent without TLS",
                hint: "remove `tls=none` from `\(setting.rawValue)`")
        }
    }

    /// Describes a successful connection, unless the server's certificate ends soon.
    func ok(_ message: String, _ connected: ConnectionTest.Connected) -> DoctorCheck {
        guard let end = connected.certificateEnd else { return .ok(name, message) }
        let certificate = CertificateValidity(of: place, until: end, at: Date())
        return certificate.finding(name, consequence: "no connection is made")
            ?? .ok(name, "\(message); certificate until").ending(with: end)
    }

    /// Describes the step that failed.
    func check(_ problem: ConnectionTest.Problem) -> DoctorCheck {
        let url = "`\(setting.rawValue)` (\(setting.environmentName))"
        let (message, hint) =
            switch problem.step {
            case .resolution:
                ("the name \(host) cannot be resolved", "correct \(url), or the name servers in /etc/resolv.conf")
            case .connection:
                ("no connection to \(place): \(problem.reason)", "start the server, or correct the port in \(url)")
            case .timeLimit:
                (
                    "\(place) did not answer within 10 seconds: \(problem.reason)",
                    "check firewalls, and the port in \(url)"
                )
            case .encryption:
                (
                    "no TLS with \(place): \(problem.reason)",
                    "use a server and a port that offer \(setting == .mailURL ? "TLS or STARTTLS" : "TLS"); correct \(url)"
                )
            case .certificate:
                (
                    "the certificate of \(place) is not accepted: \(problem.reason)",
                    "renew it, use the name that it was issued for, or add `?ca=FILE` to \(url)"
                )
            case .login:
                (
                    "\(place) refuses the login: \(problem.reason)",
                    "correct the user in \(url), or the password in `mail.password_file`"
                )
            case .dialogue:
                ("\(place) cannot be used: \(problem.reason)", "see the server's log, or correct \(url)")
            }
        return .problem(name, message, hint: hint)
    }
}
