namespace AccountFunctions.Storage.Jobs;

/// <summary>Work that a queue carries to its handler: a small record of ids. Equal jobs count as one.</summary>
public abstract record Job;
