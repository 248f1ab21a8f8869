import Booking
import Configuration
import FoundationEssentials
import LocalPostgres

extension Settings {
    /// The sources of the settings.
    struct Sources {
        /// The values of flags.
        var flags: [Setting: String] = [:]
        /// The environment variables.
        var environment: [String: String] = [:]
        /// The file of `--config`, which replaces the other two files.
        var namedFile: String?
        /// The file in the working directory.
        var projectFile = "intro.json"
        /// The file for the whole machine.
        var systemFile = "/etc/intro/intro.json"
        /// The user that the process runs as.
        var account = Account.current
        /// The folder against which relative paths are resolved.
        var workingDirectory = FileManager.default.currentDirectoryPath
    }
}

extension Settings.Sources {
    /// Returns the sources of a command.
    init(options: GlobalOptions, environment: [String: String]) {
        self.init(environment: environment, namedFile: options.config)
        flags[.databaseURL] = options.database
        flags[.displayClock] = options.clock?.rawValue
        flags[.logFormat] = options.logFormat?.rawValue
    }

    /// Returns the values of the sources, in order of precedence.
    ///
    /// - Throws: A `Failure` when a file is missing, cannot be read, or contains an unknown or invalid setting.
    func layers() throws(Failure) -> [Layer] {
        if flags[.databaseURL] == "" {
            throw .invalidInput(
                "--database is empty",
                hint: "write a URL, as in `--database postgresql://localhost/intro`, or leave it out"
            )
        }
        let values = flags.reduce(into: [:]) { $0[$1.key.key] = text($1.value) }
        var layers = [Layer(.flag, nil, InMemoryProvider(name: "flags", values: values))]
        layers += environmentLayers
        for path in files {
            layers.append(Layer(.file, path, try SettingsFile.provider(path: path, isRequired: namedFile != nil)))
        }
        layers.append(Layer(.default, nil, InMemoryProvider(name: "defaults", values: defaults)))
        return layers
    }

    /// The paths of the settings files, in order of precedence; only one that `--config` names must exist.
    var files: [String] { (namedFile.map { [$0] } ?? [projectFile, systemFile]).map(absolute) }

    private func text(_ text: String) -> ConfigValue {
        ConfigValue(.string(text), isSecret: false)
    }

    /// The default values; an empty text stands for no value, which no other source may set.
    private var defaults: [AbsoluteConfigKey: ConfigValue] {
        [
            Setting.home.key: text(defaultHome),
            Setting.databaseConnections.key: 8, Setting.databasePreparedStatements.key: true,
            Setting.mailURL.key: "", Setting.mailFrom.key: "", Setting.mailPasswordFile.key: "",
            Setting.mailConnections.key: 8, Setting.mailRate.key: "", Setting.mailUnsubscribeURL.key: "",
            Setting.smsURL.key: "", Setting.smsFrom.key: "", Setting.smsTokenFile.key: "",
            Setting.smsConnections.key: 2, Setting.smsRate.key: "", Setting.smsStatusURL.key: "",
            Setting.templatesFolder.key: "",
            Setting.bookingNoShowLimit.key: 2,
            Setting.privacyKeyFile.key: "", Setting.retentionEvents.key: "none",
            Setting.retentionMessageBodies.key: "400d", Setting.retentionJobs.key: "90d",
            Setting.retentionInbound.key: "400d",
            Setting.displayLanguage.key: text(defaultLanguage.rawValue), Setting.displayClock.key: "",
            Setting.logFormat.key: text(LogFormat.text.rawValue),
            Setting.studio.key: "",
        ]
    }

    /// The language of the terminal's messages (POSIX), if it is supported; else English.
    private var defaultLanguage: PhraseLanguage {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
        return locale.flatMap { PhraseLanguage(rawValue: $0.prefix(2).lowercased()) } ?? .english
    }

    /// The default of `INTRO_HOME`: `~/.local/share/intro`; for root `/var/lib/intro`, which the server's user can
    /// reach.
    private var defaultHome: String {
        account.isRoot ? "/var/lib/intro" : homeFolder + "/.local/share/intro"
    }

    /// An empty variable counts as not set, because containers and shells unset a variable that way.
    private var environmentLayers: [Layer] {
        let variables = environment.filter { !$0.value.isEmpty }
        let own = EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "intro")
        var shared: [AbsoluteConfigKey: ConfigValue] = [:]
        if let url = variables["DATABASE_URL"] {
            shared[Setting.databaseURL.key] = text(url)
        } else if Self.libpqVariables.contains(where: { variables[$0] != nil }) {
            shared[Setting.databaseURL.key] = text(Self.libpqEnvironment)
        }
        let isURL = variables["DATABASE_URL"] != nil
        return [
            Layer(.environment, nil, own),
            Layer(
                .environment, isURL ? "DATABASE_URL" : Self.libpqEnvironment,
                InMemoryProvider(name: "shared environment", values: shared)),
        ]
    }

    /// The variables that select a database for libpq; those that only affect the connection do not.
    static let libpqVariables = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE"]

    /// The placeholder for a database URL when libpq's own variables select the database.
    static let libpqEnvironment = "PG*"

    /// Returns a path with `~/` replaced, and made absolute.
    func absolute(_ path: String) -> String {
        if path == "~" || path.hasPrefix("~/") {
            return homeFolder + path.dropFirst()
        }
        return path.hasPrefix("/") ? path : workingDirectory + "/" + path
    }

    /// The user's home folder.
    var homeFolder: String {
        guard let home = environment["HOME"], !home.isEmpty else { return account.home }
        return home
    }
}

extension Settings {
    /// Reads the settings.
    ///
    /// - Parameter sources: The sources.
    /// - Throws: A `Failure` with exit code 78 when a file or a value is not valid.
    init(from sources: Sources) throws(Failure) {
        let reader = SettingsReader(providers: try sources.layers().map(\.provider))
        let home = sources.absolute(try reader.text(.home) ?? "")
        self.init(
            home: home,
            database: Database(
                location: reader.location(in: sources),
                readURL: reader.readURL(),
                connections: try reader.number(.databaseConnections),
                preparedStatements: try reader.boolean(.databasePreparedStatements)
            ),
            mail: Mail(
                url: try reader.text(.mailURL) ?? "file://" + percentEncoded(path: home) + "/outbox",
                from: try reader.text(.mailFrom),
                passwordFile: try reader.text(.mailPasswordFile).map { sources.absolute($0) },
                connections: try reader.number(.mailConnections),
                rate: try reader.text(.mailRate),
                unsubscribeURL: try reader.text(.mailUnsubscribeURL)
            ),
            texts: Texts(
                url: try reader.text(.smsURL) ?? "file://" + percentEncoded(path: home) + "/texts",
                from: try reader.text(.smsFrom),
                tokenFile: try reader.text(.smsTokenFile).map { sources.absolute($0) },
                connections: try reader.number(.smsConnections),
                rate: try reader.text(.smsRate),
                statusURL: try reader.text(.smsStatusURL)
            ),
            booking: Booking(noShowLimit: try reader.number(.bookingNoShowLimit)),
            privacy: Privacy(keyFile: try reader.text(.privacyKeyFile).map { sources.absolute($0) }),
            retention: Retention(
                events: try reader.days(.retentionEvents),
                messageBodies: try reader.days(.retentionMessageBodies), jobs: try reader.days(.retentionJobs),
                inbound: try reader.days(.retentionInbound)),
            display: Display(
                language: try reader.choice(.displayLanguage) ?? .english, clock: try reader.choice(.displayClock)),
            logFormat: try reader.choice(.logFormat) ?? .text,
            studio: try reader.text(.studio),
            templatesFolder: try reader.text(.templatesFolder).map { sources.absolute($0) }
        )
    }
}

/// A reader that looks up one setting at a time in the providers, in order.
///
/// The defaults are the last provider, so that each setting has a value and the library's `required…` getters fail only
/// for values that cannot be converted; its optional getters treat such a value as missing.
private struct SettingsReader {
    private let reader: ConfigReader
    private let providers: [any ConfigProvider]

    init(providers: [any ConfigProvider]) {
        reader = ConfigReader(providers: providers)
        self.providers = providers
    }

    func text(_ setting: Setting) throws(Failure) -> String? {
        let text = try value(setting) { try $0.requiredString(forKey: $1) }
        return text.isEmpty ? nil : text
    }

    func number(_ setting: Setting) throws(Failure) -> Int {
        let number = try value(setting) { try $0.requiredInt(forKey: $1) }
        guard case .number(let range) = setting.kind, range.contains(number) else {
            throw setting.invalid
        }
        return number
    }

    func choice<Value: RawRepresentable<String>>(_ setting: Setting) throws(Failure) -> Value? {
        guard let text = try text(setting) else { return nil }
        guard let value = Value(rawValue: text) else { throw setting.invalid }
        return value
    }

    /// Returns the days of a period; `nil` without a limit.
    func days(_ setting: Setting) throws(Failure) -> Int? {
        guard let period = try text(setting).flatMap({ RetentionPeriod($0) }) else { throw setting.invalid }
        return period.days
    }

    func boolean(_ setting: Setting) throws(Failure) -> Bool {
        try value(setting) { try $0.requiredBool(forKey: $1) }
    }

    /// Returns the values of two settings for the same thing: those of the first provider that has either of them.
    func location(in sources: Settings.Sources) -> Settings.Database.Location {
        for reader in providers.map({ ConfigReader(provider: $0) }) {
            if let url = reader.string(forKey: ConfigKey(Setting.databaseURL.key.components)) {
                return url == Settings.Sources.libpqEnvironment ? .libpqEnvironment : .url(url)
            }
            if let path = reader.string(forKey: ConfigKey(Setting.databaseURLFile.key.components)) {
                return .urlFile(sources.absolute(path))
            }
        }
        return .local
    }

    /// Returns the database to read from; `nil` if only a source of less precedence than that of the database names one.
    ///
    /// The replica of a configured database must not answer for another database that `--database` names.
    func readURL() -> String? {
        for reader in providers.map({ ConfigReader(provider: $0) }) {
            if let url = reader.string(forKey: ConfigKey(Setting.databaseReadURL.key.components)) {
                return url.isEmpty ? nil : url
            }
            let names = [Setting.databaseURL, .databaseURLFile]
            guard names.allSatisfy({ reader.string(forKey: ConfigKey($0.key.components)) == nil }) else { return nil }
        }
        return nil
    }

    private func value<Value>(
        _ setting: Setting,
        _ get: (ConfigReader, ConfigKey) throws -> Value
    ) throws(Failure) -> Value {
        do {
            return try get(reader, ConfigKey(setting.key.components))
        } catch {
            throw setting.invalid
        }
    }
}

extension Setting {
    /// Only an environment variable can be invalid here: files are validated when they are read.
    fileprivate var invalid: Failure {
        .misconfigured(
            "\(rawValue) must be \(kind.typeDescription)",
            because: "\(environmentName) has a different value",
            hint: "correct it, or leave it out for the default"
        )
    }
}

/// Returns a path in its URL form (RFC 3986, section 3.3).
func percentEncoded(path: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    return path.utf8.reduce(into: "") { text, byte in
        let hex = String(byte, radix: 16, uppercase: true)
        text += plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
    }
}
