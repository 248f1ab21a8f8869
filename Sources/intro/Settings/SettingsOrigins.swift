import Configuration

extension Settings {
    /// The value of a setting, and where it comes from.
    struct Origin {
        /// The kinds of sources.
        enum Source: String, Encodable {
            case flag, environment, file
            case `default` = "default"
        }

        let setting: Setting
        /// The value as text; `nil` if there is none.
        let value: String?
        let source: Source
        /// The flag, the environment variable or the file; `nil` for a default.
        let name: String?
    }
}

extension Settings.Sources {
    /// Values from one source.
    struct Layer {
        /// The flags of settings.
        private static let flags: [Setting: String] = [
            .databaseURL: "--database", .displayClock: "--clock", .logFormat: "--log-format",
        ]

        let source: Settings.Origin.Source
        /// The file or the shared environment variable.
        private let name: String?
        let provider: any ConfigProvider

        init(_ source: Settings.Origin.Source, _ name: String? = nil, _ provider: any ConfigProvider) {
            self.source = source
            self.name = name
            self.provider = provider
        }

        /// Returns the flag, the environment variable or the file of a setting; `nil` for a default.
        func name(of setting: Setting) -> String? {
            switch source {
            case .flag: Self.flags[setting]
            case .environment: name ?? setting.environmentName
            case .file: name
            case .default: nil
            }
        }
    }

    /// Returns each setting with its value and its source.
    ///
    /// - Throws: A `Failure` when a source is not valid.
    func origins() throws(Failure) -> [Settings.Origin] {
        let layers = try layers()
        return Setting.allCases.map { setting in
            for layer in layers {
                guard let value = setting.text(in: layer.provider), !value.isEmpty else { continue }
                return Settings.Origin(
                    setting: setting, value: value, source: layer.source, name: layer.name(of: setting))
            }
            return Settings.Origin(setting: setting, value: nil, source: .default, name: nil)
        }
    }
}

extension Setting {
    /// Returns the value of the setting in one source, as text.
    fileprivate func text(in provider: any ConfigProvider) -> String? {
        let reader = ConfigReader(provider: provider)
        let key = ConfigKey(key.components)
        switch kind {
        case .text, .path, .choice, .period: return reader.string(forKey: key)
        case .number: return reader.int(forKey: key).map { "\($0)" }
        case .boolean: return reader.bool(forKey: key).map { "\($0)" }
        }
    }
}
