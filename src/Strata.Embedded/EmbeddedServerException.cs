namespace Strata.Embedded;

/// <summary>Why an embedded server is not available: the causes that a caller may want to tell apart.</summary>
public enum EmbeddedFailure
{
    /// <summary>The binaries could not be installed: npm is missing, the registry is out of reach, or the platform has none.</summary>
    BinariesMissing,

    /// <summary>Another live process works on the same data folder.</summary>
    DataFolderInUse,

    /// <summary>The data folder exists, but is not one that this version can run on.</summary>
    DataFolderBroken,

    /// <summary>The requested port is taken.</summary>
    PortInUse,

    /// <summary>The server did not start for another reason, which the message gives in its own words.</summary>
    StartFailed,
}

/// <summary>An embedded server could not be started. The message is written for the person at the keyboard.</summary>
/// <param name="failure">The cause.</param>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="innerException">The fault underneath, if there is one.</param>
public sealed class EmbeddedServerException(EmbeddedFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The cause.</summary>
    public EmbeddedFailure Failure { get; } = failure;
}
