import Configuration

extension Settings {
    /// Reads the settings.
    ///
    /// - Parameter sources: Where to look.
    /// - Throws: A `Failure` that ends with 78 when a file or a value is not valid.
    init(from sources: Sources) throws(Failure) {
        let reader = SettingsReader(providers: try sources.providers())
        let home = sources.absolute(try reader.text(.home) ?? "")
        self.init(
            home: home,
            database: Database(
                location: reader.location(in: sources),
                connections: try reader.number(.databaseConnections),
                preparedStatements: try reader.truth(.databasePreparedStatements)
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
            templatesFolder: try reader.text(.templatesFolder).map { sources.absolute($0) }
        )
    }
}

/// Asks the providers, in order, for one setting at a time.
///
/// The defaults come last among the providers, so that each setting has a value and the library's `required…` getters
/// fail only where a value cannot be converted; its optional getters would take such a value for a missing one.
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

    func truth(_ setting: Setting) throws(Failure) -> Bool {
        try value(setting) { try $0.requiredBool(forKey: $1) }
    }

    /// Two settings tell of one thing: the first provider that has either of them counts, whatever those after it have.
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
    /// Only an environment variable can be invalid by now: files are checked as they are read.
    fileprivate var invalid: Failure {
        .misconfigured(
            "\(rawValue) must be \(kind.article)",
            because: "\(environmentName) says something else",
            hint: "correct it, or leave it out for the default"
        )
    }
}

/// A path as it is written in a URL (RFC 3986, section 3.3).
func percentEncoded(path: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
    return path.utf8.reduce(into: "") { text, byte in
        let hex = String(byte, radix: 16, uppercase: true)
        text += plain.contains(byte) ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
    }
}
