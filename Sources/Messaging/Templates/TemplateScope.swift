import Mustache

/// The values that a template sees, escaped for its kind when they are looked up.
struct TemplateScope: MustacheParent {
    /// What comes to light while a template is rendered.
    final class Findings {
        /// The first name that was looked up in vain.
        var miss: String?
        /// Whether the template does more with a value than to print it where it stands.
        var dependsOnValues = false
    }

    /// Text that says what it is: what a plain `String` can do, Mustache asks the runtime anew for each one, and looks
    /// into it by reflection for every name inside a section.
    struct Text: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
        let renderText: String
        let isNull = false
        let findings: Findings

        func child(named name: String) -> Any? { nil }

        func transform(_ name: String) -> Any? {
            findings.dependsOnValues = true
            return renderText.transform(name)
        }
    }

    /// What stands in the output for a value.
    enum Wording {
        /// The value itself, escaped.
        case value(TemplateKind)
        /// A mark with its name, as ``TemplateOutline`` reads it.
        case mark
    }

    let values: [String: TemplateValue]
    let wording: Wording
    let findings: Findings

    func child(named name: String) -> Any? {
        switch values[name] {
        case .text(let text):
            return text.isEmpty ? nil : Text(renderText: word(text, of: name), findings: findings)
        case .flag(let flag):
            return flag
        case .list(let items):
            findings.dependsOnValues = true
            return items.map { item in
                TemplateScope(
                    values: values.merging(item) { _, inner in inner }, wording: wording, findings: findings)
            }
        case nil:
            findings.miss = findings.miss ?? name
            return nil
        }
    }

    private func word(_ text: String, of name: String) -> String {
        switch wording {
        case .value(let kind): kind.escape(text)
        case .mark: TemplateOutline.mark(name)
        }
    }
}
