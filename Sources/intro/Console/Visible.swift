import Booking

extension String {
    /// The text with everything a terminal would act on written out.
    var visible: String { Booking.visible(self) }

    /// The same for a text of several lines, whose own line ends stay.
    var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).visible }.joined(separator: "\n")
    }
}
