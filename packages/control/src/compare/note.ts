/** A difference between two versions that is not about single cases. `weaker`: it lets more happen without a person. */
export type Note = { sentence: string; weaker: boolean };
