/// What the menu asks of the core, as calls.
extension CoreClient {
    private struct Nothing: Encodable {}

    /// - Throws: `CoreRefusal` with the core's own words, or what went wrong on the way
    public func perform(_ command: Command) async throws {
        // A large model takes minutes to come from a cold disk.
        let long: Duration = .seconds(600)
        switch command {
        case .load(let model): try await send("POST", "/api/models/\(model)/load", Nothing(), timeout: long)
        case .unload(let model): try await send("POST", "/api/models/\(model)/unload", Nothing(), timeout: long)
        case .switchTo(let model): try await send("POST", "/v1/models/\(model)/switch", Nothing(), timeout: long)
        case .pin(let model, let pinned): try await send("POST", "/api/models/\(model)/pin", ["pinned": pinned])
        case .useProfile(let name): try await send("PATCH", "/api/settings", ["models": ["profile": name]])
        case .pauseDownload(let id): try await send("POST", "/api/downloads/\(id)/pause", Nothing())
        case .resumeDownload(let id): try await send("POST", "/api/downloads/\(id)/resume", Nothing())
        }
    }

    /// A page of the dashboard ("chat", "connect/zed"), with a code that signs its window in.
    public func dashboard(_ page: String) async throws -> String {
        let answer: SignInCode = try await post("/api/tray/sign-in-code")
        return "\(answer.url)&page=\(page)"
    }
}
