import ArgumentParser
import FoundationEssentials

/// `intro config`: lists the settings.
struct ConfigCommand: IntroSubcommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "List the settings and where they come from.",
        discussion: """
            Settings come from flags, environment variables, ./intro.json, /etc/intro/intro.json or defaults, in this \
            order. Passwords are not shown. Nothing connects to the database.

            Example: intro config
            """)

    @OptionGroup(title: "Global options") var global: GlobalOptions

    func run(in intro: Intro) async throws {
        let sources = Settings.Sources(options: global, environment: ProcessInfo.processInfo.environment)
        let records = try sources.origins().map { SettingRecord($0, in: intro.settings) }
        try intro.console.report(records) {
            Table(
                [.init("SETTING"), .init("VALUE"), .init("FROM")],
                rows: records.map { [$0.key, $0.value ?? "", $0.origin] }
            ).text(on: intro.console)
        }
    }
}

/// The JSON form of a setting with its value.
struct SettingRecord: Encodable {
    let key: String
    /// The value in effect, without passwords; `null` for no value.
    @NullWhenNil var value: String?
    let source: Settings.Origin.Source
    /// The flag, the environment variable or the file that the value comes from; `null` for a default.
    @NullWhenNil var from: String?
    /// The environment variable of the setting.
    let environment: String

    /// The source as text.
    var origin: String { from ?? source.rawValue }

    init(_ origin: Settings.Origin, in settings: Settings) {
        key = origin.setting.rawValue
        value = (origin.value ?? settings.impliedValue(of: origin.setting)).map { redacted($0) }
        source = origin.source
        from = origin.name
        environment = origin.setting.environmentName
    }
}

extension Settings {
    /// Returns the value of a setting that depends on others if it is not set.
    fileprivate func impliedValue(of setting: Setting) -> String? {
        switch setting {
        case .mailURL: mail.url
        case .smsURL: texts.url
        default: nil
        }
    }
}
