import Mustache

/// The values that a template sees, escaped for its kind when they are looked up.
struct TemplateScope: MustacheParent {
    /// The names that were looked up in vain.
    final class Misses {
        var first: String?
    }

    /// Text that says what it is: what a plain `String` can do, Mustache asks the runtime anew for each one, and looks
    /// into it by reflection for every name inside a section.
    struct Text: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
        let renderText: String
        let isNull = false

        func child(named name: String) -> Any? { nil }

        func transform(_ name: String) -> Any? { renderText.transform(name) }
    }

    let values: [String: TemplateValue]
    let kind: TemplateKind
    let misses: Misses

    func child(named name: String) -> Any? {
        switch values[name] {
        case .text(let text):
            return text.isEmpty ? nil : Text(renderText: kind.escape(text))
        case .flag(let flag):
            return flag
        case .list(let items):
            return items.map { item in
                TemplateScope(values: values.merging(item) { _, inner in inner }, kind: kind, misses: misses)
            }
        case nil:
            misses.first = misses.first ?? name
            return nil
        }
    }
}
