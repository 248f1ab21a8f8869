import Synchronization

/// A template with its sections decided and its inclusions in place: text, and where values go in between.
///
/// All messages whose values are absent or present alike have the same outline, and to fill it in takes a small part of
/// the time of rendering the template.
struct TemplateOutline: Sendable {
    private enum Piece {
        case text(String)
        case value(name: String)
    }

    /// Unicode keeps this one from being a character, so that it stands in no template.
    private static let sign: Unicode.Scalar = "\u{FFFF}"

    private let pieces: [Piece]

    /// What stands for a value while the outline is made.
    static func mark(_ name: String) -> String { "\(sign)\(name)\(sign)" }

    /// Whether a template's source can be told from marks.
    static func canRead(_ source: String) -> Bool { !source.unicodeScalars.contains(sign) }

    /// Reads a template that was rendered with a mark for each value.
    init(marked: String) {
        let parts = marked.unicodeScalars.split(separator: Self.sign, omittingEmptySubsequences: false)
        pieces = parts.enumerated().map { index, part in
            // Text and names alternate.
            index.isMultiple(of: 2) ? .text(String(part)) : .value(name: String(part))
        }
    }

    /// The text with the values in their places, escaped.
    func filled(with values: [String: TemplateValue], kind: TemplateKind) -> String {
        var output = ""
        for piece in pieces {
            switch piece {
            case .text(let text): output += text
            case .value(let name):
                if case .text(let text)? = values[name] { output += kind.escape(text) }
            }
        }
        return output
    }
}

/// The outlines that were made so far.
final class TemplateOutlines: Sendable {
    /// The outlines of all templates for values of which the same ones show something.
    final class Shape: Sendable {
        private let known = Mutex<[String: TemplateOutline?]>([:])

        /// The outline of a template; `nil` where the template does more with values than to print them.
        func outline(
            of template: String, make: () throws(TemplateError) -> TemplateOutline?
        ) throws(TemplateError) -> TemplateOutline? {
            if let outline = known.withLock({ $0[template] }) { return outline }
            let outline = try make()
            known.withLock { $0[template] = .some(outline) }
            return outline
        }
    }

    private let known = Mutex<[[String: Bool]: Shape]>([:])

    /// What the outlines for such values are kept under, to be asked for once for all templates of a message.
    func shape(of values: [String: TemplateValue]) -> Shape {
        let shown = values.mapValues(\.isShown)
        return known.withLock { shapes in
            if let shape = shapes[shown] { return shape }
            let shape = Shape()
            shapes[shown] = shape
            return shape
        }
    }
}

extension TemplateValue {
    /// Whether it shows a section.
    fileprivate var isShown: Bool {
        switch self {
        case .text(let text): !text.isEmpty
        case .flag(let flag): flag
        case .list(let items): !items.isEmpty
        }
    }
}
