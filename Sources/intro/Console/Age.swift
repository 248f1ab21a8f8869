/// Lengths of time in few characters, for columns: `4s`, `12m`, `3h`, `5d`.
enum Age {
    /// The largest unit that fits, rounded down.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        return switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m"
        case ..<86_400: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }
}
