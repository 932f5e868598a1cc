import Foundation

public enum FreeName {
    /// A place in the folder that is free: "a.gguf", else "a 2.gguf", "a 3.gguf" …
    public static func find(_ name: String, in folder: URL) -> URL {
        // A page suggests names for downloads: none may lead out of the folder.
        let safe = URL(fileURLWithPath: "/" + name).lastPathComponent
        let wanted = folder.appendingPathComponent(safe == "/" || safe.hasPrefix(".") ? "download" : safe)
        var candidate = wanted
        var number = 2
        while FileManager.default.fileExists(atPath: candidate.path) {
            let stem = wanted.deletingPathExtension().lastPathComponent
            let tail = wanted.pathExtension.isEmpty ? "" : ".\(wanted.pathExtension)"
            candidate = folder.appendingPathComponent("\(stem) \(number)\(tail)")
            number += 1
        }
        return candidate
    }
}
