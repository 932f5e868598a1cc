/// What is worth interrupting somebody for.
public enum Notice: Sendable, Equatable {
    case downloadDone(name: String)
    case modelCrashed(model: String, reason: String?)
    case coreFailed(reason: String)

    static func of(_ core: CoreState, before: CoreState) -> Notice? {
        guard case .failed(let failure) = core, core != before else { return nil }
        return .coreFailed(reason: failure.reason)
    }

    /// - Parameter before: what was known before the fact
    static func of(_ fact: Fact, before: TrayState) -> Notice? {
        switch fact {
        case .downloadChanged(let download) where download.state == .done:
            // Facts of a finished download come again; only the step to "done" is news.
            let known = before.downloads.first { $0.id == download.id }
            return known == nil || known?.state == .done ? nil : .downloadDone(name: download.name)
        case .modelChanged(let change) where change.state == .crashed:
            return .modelCrashed(model: change.model, reason: change.reason)
        default: return nil
        }
    }
}

extension Notice {
    public func texts(_ words: Words) -> (title: String, body: String) {
        switch self {
        case .downloadDone(let name): (words(.noticeDownload), words(.noticeDownloadBody, ["name": name]))
        case .modelCrashed(let model, let reason): (words(.noticeCrash, ["model": model]), reason ?? "")
        case .coreFailed(let reason): (words(.noticeFailed), reason)
        }
    }
}
