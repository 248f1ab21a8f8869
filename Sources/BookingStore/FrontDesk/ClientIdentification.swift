import Booking

/// Finds out which client a booking is for.
struct ClientIdentification {
    let clients: ClientRepository
    let request: BookingRequest

    /// Looks up who goes by what was given as the client, and where that does not decide, by the contacts beside it.
    func look() async throws -> Identification {
        let named = Identification.Owners(of: request.who.contact, try await clients.matching(request.who))
        let first = identification(named, beside: [])
        switch first.decision {
        case .client, .ambiguous: return first
        // A client number says which client is meant, whatever else was given.
        case .nobody, .otherName: if request.who.contact == nil { return first }
        }
        var beside: [Identification.Owners] = []
        for contact in [request.email.map({ Contact.email($0) }), request.phone.map({ Contact.phone($0) })] {
            guard let contact else { continue }
            beside.append(Identification.Owners(of: contact, try await clients.matching(ClientIdentifier(contact))))
        }
        return identification(named, beside: beside)
    }

    /// Nobody goes by what was given.
    func notFound(_ identification: Identification) -> NotFound {
        let owners = identification.beside.filter { !$0.clients.isEmpty }.map { "; \($0.sentence)" }
        return NotFound("client \(request.who.text)", hint: "add --name to book a new person" + owners.joined())
    }

    private func identification(
        _ named: Identification.Owners, beside: [Identification.Owners]
    ) -> Identification {
        Identification(
            named: named, beside: beside, name: request.name?.text, acceptsOtherName: request.acceptsOtherName)
    }
}
