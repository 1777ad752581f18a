import csv

for row in csv.reader(open("train.csv")
    print(row)
