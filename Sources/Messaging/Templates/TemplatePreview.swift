/// The values that are in sight at one place of a template.
struct TemplatePreview {
    private let values: [String: TemplateValue]
    private let message: String
    /// Whether the innermost section is of a text, which `{{.}}` then prints.
    private let isInText: Bool
    /// Whether a section of a list is around, whose items can be counted.
    private let isInList: Bool

    /// What a message's templates see where no section has begun.
    init(_ values: [String: TemplateValue], message: String) {
        self.init(values, message: message, isInText: false, isInList: false)
    }

    private init(_ values: [String: TemplateValue], message: String, isInText: Bool, isInList: Bool) {
        self.values = values
        self.message = message
        self.isInText = isInText
        self.isInList = isInList
    }

    /// What is seen behind the beginning of a section.
    func inside(_ tag: TemplateTag) -> TemplatePreview {
        guard tag.role == .section, tag.transforms.isEmpty else { return self }
        switch values[tag.name] {
        case .list(let items)?:
            let names = items.reduce(values) { $0.merging($1) { _, inner in inner } }
            return TemplatePreview(names, message: message, isInText: false, isInList: true)
        case .text?:
            return TemplatePreview(values, message: message, isInText: true, isInList: isInList)
        case .flag?, nil:
            return self
        }
    }

    /// What is wrong with a tag here.
    func problem(with tag: TemplateTag) -> TemplateFinding.Problem? {
        switch tag.role {
        case .value, .bracedValue, .section, .invertedSection: break
        case .block, .end, .inclusion, .inheritance, .setting: return nil
        }
        if tag.name == ".", isInText { return nil }
        if tag.name.isEmpty, isInList, !tag.transforms.isEmpty { return nil }
        guard let value = values[tag.name] else {
            return .unknownValue(name: tag.name, message: message, nearest: values.keys.nearest(to: tag.name))
        }
        if let first = tag.transforms.last {
            return value.transforms.contains(first) ? nil : .unknownTransform(name: first, of: tag.name)
        }
        let isPrinted = tag.role == .value || tag.role == .bracedValue
        if isPrinted, case .list = value { return .printedList(name: tag.name) }
        return nil
    }
}

extension TemplateValue {
    /// What can be done with such a value before it is printed.
    fileprivate var transforms: Set<String> {
        switch self {
        case .text: ["capitalized", "lowercased", "uppercased", "reversed", "empty"]
        case .flag: []
        case .list: ["count", "empty", "first", "last", "reversed"]
        }
    }
}
